// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Parity.Suite;

/// <summary>Programs of the system that prepare the suite: tar, compilers, bpftool.</summary>
static class Tool
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">Its name, found on the path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="output">File that gets what it prints; null to drop that.</param>
    /// <returns>What it complained of, or null when it ended well.</returns>
    public static string? Run(string name, IEnumerable<string> arguments, string? output = null)
    {
        using Process process = Start(name, arguments);
        Task<string> complaint = process.StandardError.ReadToEndAsync();
        using (Stream sink = output is null ? Stream.Null : File.Create(output))
            process.StandardOutput.BaseStream.CopyTo(sink);
        process.WaitForExit();
        string text = complaint.Result;
        return process.ExitCode == 0 ? null : text.Length != 0 ? text : $"{name} ended with {process.ExitCode}";
    }

    /// <summary>Runs a program that must end well.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public static void Must(string name, IEnumerable<string> arguments, string? output = null)
    {
        if (Run(name, arguments, output) is { } complaint)
            throw new InvalidOperationException($"{name}: {complaint.Trim()}");
    }

    static Process Start(string name, IEnumerable<string> arguments)
    {
        try
        {
            var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{name} cannot be started ({e.Message}); install it", e);
        }
    }
}
