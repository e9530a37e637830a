// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

/// <summary>Frames of every chain of calls fit the stack together, as the kernel counts it: each rounded up to 16 bytes.</summary>
static class CombinedStack
{
    const int Limit = 512;

    // A program that is tail-called starts on the stack that its predecessor left.
    const int LimitBeforeTailCall = 256;

    public static Rejection? Check(ControlFlowGraph graph, VerificationRequest request, ExplorationFacts facts) => Visit(graph, request, facts, 0, 0, 0, new int[graph.Program.Functions.Length]);

    // Depth is bounded: CallDepth has refused recursion and deeper chains.
    static Rejection? Visit(ControlFlowGraph graph, VerificationRequest request, ExplorationFacts facts, int function, int below, int frames, int[] deepest)
    {
        FunctionSpec spec = graph.Program.Functions[function];
        int used = below + ((Math.Max(facts.Depths[function], 1) + 15) & ~15);
        if (deepest[function] >= used)
            return null;
        deepest[function] = used;
        if (used > Limit && frames > 0)
            return Refuse(graph, spec.Start, $"the frames of all functions from the program's entry to '{spec.Name}' take {used} bytes of stack ('{spec.Name}' alone {used - below}), where {Limit} are the most");
        for (int slot = spec.Start; slot < spec.End; slot += graph.Code[slot].SlotCount)
        {
            Instruction instruction = graph.Code[slot];
            if (!graph.IsReachable(slot))
                continue;
            bool tailCall = instruction.IsHelperCall && request.Helpers.TryGetValue(instruction.Immediate, out HelperSignature? helper) && helper.Return == HelperReturn.TailCall;
            if (tailCall && frames > 0 && below >= LimitBeforeTailCall)
                return Refuse(graph, slot, $"tail call in '{spec.Name}', whose callers use {below} bytes of stack, where less than {LimitBeforeTailCall} are allowed");
            if (!instruction.IsProgramCall && !instruction.IsFunctionReference)
                continue;
            Rejection? deeper = Visit(graph, request, facts, graph.FunctionOf(instruction.CallTarget(slot)), used, frames + 1, deepest);
            if (deeper is not null)
                return deeper;
        }

        return null;
    }

    static Rejection Refuse(ControlFlowGraph graph, int slot, string what) => new(
        VerifierDiagnostics.StackTooDeep.At(ProgramPlaces.At(graph.Program, slot), what, "keep large variables in a map (an array of one value), pass one buffer down instead of a second, or let fewer functions call one another"),
        InstructionFormatter.Format(graph.Code.AsSpan(), slot), graph.Program.LineAt(slot)?.Text.Trim() ?? "", []);
}
