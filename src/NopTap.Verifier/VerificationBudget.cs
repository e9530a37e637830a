// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier;

/// <summary>What the verification of one program may cost. Immutable; a program that needs more is refused (BPF2080) by the name of the budget.</summary>
/// <remarks>The verdict depends on it, and on nothing of the machine: steps and bytes are counted, not measured.</remarks>
public sealed record VerificationBudget
{
    /// <summary>Instructions over all paths at most, whatever the budget: the kernel's <c>BPF_COMPLEXITY_LIMIT_INSNS</c>.</summary>
    public const int MaximumSteps = 1_000_000;

    /// <summary>Instructions that are followed over all paths; more than <see cref="MaximumSteps"/> are not.</summary>
    public int Steps { get; init; } = MaximumSteps;

    /// <summary>Bytes of states and of the history of paths that are kept; about what the process's memory grows by.</summary>
    public long Bytes { get; init; } = 512L << 20;

    /// <summary>The kernel's steps, and memory for every program within them.</summary>
    public static VerificationBudget Default { get; } = new();
}
