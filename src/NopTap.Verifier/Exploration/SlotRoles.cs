// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Isa;
using NopTap.Verifier.Cfg;

namespace NopTap.Verifier.Exploration;

/// <summary>What a slot is to the exploration.</summary>
[Flags]
enum SlotRole : byte
{
    None = 0,

    /// <summary>Paths may meet here: states are compared.</summary>
    Meeting = 1,

    /// <summary>A state is always stored here.</summary>
    Forced = 2,

    /// <summary>Loops through here end at run time by themselves: may_goto, iterators and helpers that call back.</summary>
    Converging = 4,
}

/// <summary>Finds the slots at which comparing states pays.</summary>
static class SlotRoles
{
    public static SlotRole[] Of(ControlFlowGraph graph, FrozenDictionary<int, HelperSignature> helpers)
    {
        var roles = new SlotRole[graph.Code.Length];
        for (int slot = 0; slot < roles.Length; slot++)
        {
            if (!graph.IsReachable(slot) || graph.IsSecondHalf(slot))
                continue;
            Instruction instruction = graph.Code[slot];
            (int next, int other) = graph.Successors(slot);
            if (other >= 0)
            {
                roles[other] |= SlotRole.Meeting;
                if (next >= 0)
                    roles[next] |= SlotRole.Meeting;
            }

            if (instruction.IsProgramCall)
                roles[slot + 1] |= SlotRole.Meeting;
            if (instruction.IsMayGoto || Repeats(instruction, helpers))
                roles[slot] |= SlotRole.Meeting | SlotRole.Forced | SlotRole.Converging;
        }

        return roles;
    }

    static bool Repeats(in Instruction instruction, FrozenDictionary<int, HelperSignature> helpers) =>
        instruction.IsHelperCall && helpers.TryGetValue(instruction.Immediate, out HelperSignature? helper)
        && ((helper.Effects & HelperEffects.CallsBack) != 0 || helper.Return == HelperReturn.IteratorElementOrNull);
}
