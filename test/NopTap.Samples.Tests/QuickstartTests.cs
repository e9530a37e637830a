// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.TestKit;

namespace NopTap.Samples.Tests;

/// <summary>The first code that a newcomer reads is code that runs.</summary>
public sealed class QuickstartTests
{
    static string Source => File.ReadAllText(Repository.PathOf("samples", "quickstart", "Program.cs"));

    [Fact]
    public void ReadmeShowsTheSampleAsItIs()
    {
        string code = Source[Source.IndexOf("using NopTap;", StringComparison.Ordinal)..];
        Assert.Contains($"```csharp\n{code}```", File.ReadAllText(Repository.PathOf("README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void SampleRunsAndSeesTheVerdict()
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "NopTap.Samples.Quickstart.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, Repository.PathOf("samples", "firewall", "firewall.bpf.o")]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("verdict: len=64 ret=2", output, StringComparison.Ordinal);
        Assert.Contains("returned 2 in", output, StringComparison.Ordinal);
        Assert.Contains("hit 1 times", output, StringComparison.Ordinal);
    }
}
