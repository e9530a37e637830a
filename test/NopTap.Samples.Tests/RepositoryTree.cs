// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;
using NopTap.TestKit;

namespace NopTap.Samples.Tests;

/// <summary>The source tree that the tests were built from, and the tools of the machine.</summary>
static class RepositoryTree
{
    /// <summary>A path in the tree.</summary>
    public static string At(params string[] parts) => Repository.PathOf(parts);

    /// <summary>Whether <paramref name="tool"/> starts.</summary>
    public static bool Has(string tool)
    {
        try
        {
            return Run(tool, "--version").ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a tool to its end; what it printed comes in one text.</summary>
    public static (int ExitCode, string Output) Run(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
