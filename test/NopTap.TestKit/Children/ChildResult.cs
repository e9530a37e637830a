// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.TestKit.Children;

/// <summary>What is known of a child process that has ended.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="ExitCode">Its exit code; 128 and the number of the signal that ended it.</param>
/// <param name="Output">Its standard output; of a very long one the end.</param>
/// <param name="Error">Its standard error, exceptions of the method included; of a very long one the end.</param>
public sealed record ChildResult(ChildEnding Ending, int ExitCode, string Output, string Error)
{
    /// <summary>The signal that ended it, or 0.</summary>
    public int Signal => Ending == ChildEnding.Crashed && ExitCode > 128 ? ExitCode - 128 : 0;

    /// <summary>How it ended, in words.</summary>
    public string Reason => Ending switch
    {
        ChildEnding.Returned => "returned",
        ChildEnding.Threw => "threw an exception",
        ChildEnding.Skipped => "asked to be skipped",
        ChildEnding.Hung => "did not end within its limit and was killed",
        _ when Signal != 0 => $"was ended by signal {Signal}{NameOf(Signal)}",
        _ => $"exited with code {ExitCode} before the method returned",
    };

    /// <summary>How it ended and all that it wrote.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"the child process {Reason}");
        Append(text, "standard error", Error);
        Append(text, "standard output", Output);
        return text.ToString();
    }

    static void Append(StringBuilder text, string name, string content)
    {
        if (content.Length != 0)
            text.Append('\n').Append("--- its ").Append(name).Append(":\n").Append(content.TrimEnd());
    }

    static string NameOf(int signal) => signal switch
    {
        4 => " (SIGILL)",
        5 => " (SIGTRAP)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        _ => "",
    };
}
