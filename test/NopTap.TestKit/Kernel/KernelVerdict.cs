// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Kernel;

/// <summary>What the running kernel said of a program.</summary>
/// <param name="Errno">0 when it was accepted.</param>
/// <param name="Log">The verifier's log, when one was asked for.</param>
/// <param name="ReturnValue">What a test run returned; null when none was made.</param>
public sealed record KernelVerdict(int Errno, string Log, uint? ReturnValue = null)
{
    public bool IsAccepted => Errno == 0;

    /// <summary>Last line of the log that says something.</summary>
    public string Reason => Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(
        line => !line.StartsWith("processed ", StringComparison.Ordinal) && !line.StartsWith("verification time", StringComparison.Ordinal)
            && !line.StartsWith("stack depth", StringComparison.Ordinal)) ?? "";
}
