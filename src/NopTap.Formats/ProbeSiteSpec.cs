// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats;

/// <summary>One place where a probe stands.</summary>
/// <param name="Instruction">Slot of the NOP (<c>goto +0</c>): the kernel's <c>orig_off</c>.</param>
/// <param name="Arguments">Where each argument is when the site is reached.</param>
/// <param name="ArmingInstruction">For a lazy probe the slot of the arming NOP that branches to the evaluation; -1 for an eager one.</param>
/// <param name="ArmedTarget">For a lazy probe the slot at which the arming jump lands; -1 for an eager one.</param>
/// <param name="Symbol">The note's symbol, for diagnostics.</param>
public sealed record ProbeSiteSpec(
    int Instruction, ImmutableArray<ProbeArgumentSpec> Arguments, int ArmingInstruction = -1, int ArmedTarget = -1, string Symbol = "")
{
    /// <summary>Whether the arguments are evaluated only while armed.</summary>
    public bool IsLazy => ArmingInstruction >= 0;
}
