// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.TestKit.Children;

/// <summary>A child process that was started by <see cref="ChildProcess.Start"/>. Disposing it kills it if it still runs.</summary>
public sealed class RunningChild : IDisposable
{
    readonly Process _process;
    readonly OutputTail _output;
    readonly OutputTail _error;

    internal RunningChild(Process process, Action<string>? onLine)
    {
        _process = process;
        _output = new OutputTail(process.StandardOutput, onLine);
        _error = new OutputTail(process.StandardError, null);
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="limit">Time after which it is killed and has hung.</param>
    public ChildResult Wait(TimeSpan limit)
    {
        bool hasEnded = _process.WaitForExit(limit);
        if (!hasEnded)
            Kill();
        string error = _error.End();
        string output = _output.End();
        ChildEnding ending = !hasEnded ? ChildEnding.Hung : _process.ExitCode switch
        {
            ChildMain.Returned => ChildEnding.Returned,
            ChildMain.Threw => ChildEnding.Threw,
            ChildMain.Skipped => ChildEnding.Skipped,
            _ => ChildEnding.Crashed,
        };
        return new ChildResult(ending, _process.ExitCode, output, error);
    }

    /// <summary>Waits a while for its end.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool HasEndedWithin(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Kills it, whatever it does.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
