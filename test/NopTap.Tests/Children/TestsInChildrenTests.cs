// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Tests.Children;

/// <summary>That tests run in a child process: one that crashes is one failed test with what the child wrote, and the others have their results.</summary>
public sealed class TestsInChildrenTests
{
    [Fact]
    public void ATestThatCrashesFailsAlone()
    {
        string output = FailedRunOf(nameof(OnPurposeTests));
        string Of(string test) => $"{nameof(OnPurposeTests)}.{test}";
        Assert.Contains($"failed NopTap.Tests.Children.{Of(nameof(OnPurposeTests.Crashes))}", output, StringComparison.Ordinal);
        Assert.Contains("while this test ran the child process was ended by signal 6 (SIGABRT)", output, StringComparison.Ordinal);
        Assert.Contains($"at NopTap.Tests.Children.{Of(nameof(OnPurposeTests.Crashes))}", output, StringComparison.Ordinal);
        Assert.Contains("while this test ran the child process exited with code 1 before the method returned", output, StringComparison.Ordinal);
        Assert.Contains("while this test ran the child process exited with code 2 before the method returned", output, StringComparison.Ordinal);
        Assert.Contains("succeeded: 2\n", output, StringComparison.Ordinal);
        Assert.Contains("skipped: 1\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatATestLeavesBehindFailsTheRun() =>
        Assert.Contains("CodeRegion: 1\n", FailedRunOf(nameof(LeakingOnPurposeTests)), StringComparison.Ordinal);

    static string FailedRunOf(string tests)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "NopTap.Tests"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["--explicit", "only", "--filter-class", $"*.{tests}", "--no-ansi", "--no-progress"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
        return output + error.Result;
    }
}
