// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Kernel;

/// <summary>What the running kernel said of a program.</summary>
/// <param name="Errno">0 when it was accepted.</param>
/// <param name="Log">The verifier's log, when one was asked for.</param>
/// <param name="ReturnValue">What a test run returned; null when none was made.</param>
public sealed record KernelVerdict(int Errno, string Log, uint? ReturnValue = null)
{
    /// <summary>Why the kernel was not asked, or null; see <see cref="UnaskedPrograms"/>.</summary>
    public string? NotAsked { get; init; }

    /// <summary>Whether it accepts the program.</summary>
    /// <exception cref="InvalidOperationException">It was not asked: that is neither an acceptance nor a refusal.</exception>
    public bool IsAccepted => NotAsked is null ? Errno == 0 : throw new InvalidOperationException(NotAsked);

    /// <summary>Last line of the log that says something.</summary>
    public string Reason => Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(
        line => !line.StartsWith("processed ", StringComparison.Ordinal) && !line.StartsWith("verification time", StringComparison.Ordinal)
            && !line.StartsWith("stack depth", StringComparison.Ordinal)) ?? "";
}
