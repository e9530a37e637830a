// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Isa;

namespace NopTap.Verifier.Cfg;

/// <summary>Backward dataflow: registers whose value before a slot may still be read. Unreachable slots have none.</summary>
static class Liveness
{
    public static RegisterSet[] Compute(ControlFlowGraph graph, FrozenDictionary<int, HelperSignature> helpers)
    {
        var before = new RegisterSet[graph.Code.Length];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int b = graph.Blocks.Length - 1; b >= 0; b--)
                changed |= Block(graph, helpers, graph.Blocks[b], before);
        }

        return before;
    }

    static bool Block(ControlFlowGraph graph, FrozenDictionary<int, HelperSignature> helpers, BasicBlock block, RegisterSet[] before)
    {
        (int next, int other) = graph.Successors(block.Last);
        RegisterSet live = (next >= 0 ? before[next] : default) | (other >= 0 ? before[other] : default);
        bool changed = false;
        for (int slot = block.End - 1; slot >= block.Start; slot--)
        {
            if (graph.IsSecondHalf(slot))
                continue;
            live = (live - graph.Code[slot].WrittenRegisters) | RegisterUse.LiveReads(graph, helpers, slot);
            changed |= before[slot] != live;
            before[slot] = live;
        }

        return changed;
    }
}
