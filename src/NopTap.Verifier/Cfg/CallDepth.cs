// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Cfg;

/// <summary>Refuses recursion and chains of calls that need more frames than there are; a callback's frame counts as its caller's callee.</summary>
static class CallDepth
{
    public static Diagnostic? Check(ControlFlowGraph graph)
    {
        ProgramSpec program = graph.Program;
        int[] depth = new int[program.Functions.Length];
        var onPath = new bool[program.Functions.Length];
        return Visit(graph, 0, 1, depth, onPath);
    }

    // Recursion is bounded by the limit: a deeper call is refused before it is followed.
    static Diagnostic? Visit(ControlFlowGraph graph, int function, int frames, int[] depth, bool[] onPath)
    {
        if (depth[function] >= frames)
            return null;
        depth[function] = frames;
        onPath[function] = true;
        FunctionSpec spec = graph.Program.Functions[function];
        for (int slot = spec.Start; slot < spec.End; slot += graph.Code[slot].SlotCount)
        {
            Instruction instruction = graph.Code[slot];
            if (!graph.IsReachable(slot) || !(instruction.IsProgramCall || instruction.IsFunctionReference))
                continue;
            int callee = graph.FunctionOf(instruction.CallTarget(slot));
            Diagnostic? problem = onPath[callee] ? Recursive(graph, slot, callee)
                : frames == RunLimits.ProgramFrames ? TooDeep(graph, slot, callee)
                : Visit(graph, callee, frames + 1, depth, onPath);
            if (problem is not null)
                return problem;
        }

        onPath[function] = false;
        return null;
    }

    static Diagnostic Recursive(ControlFlowGraph graph, int slot, int callee) => VerifierDiagnostics.Recursion.At(
        ProgramPlaces.At(graph.Program, slot),
        $"call of '{graph.Program.Functions[callee].Name}', which is already running",
        "BPF has no recursion; write a loop, or bpf_loop with a callback");

    static Diagnostic TooDeep(ControlFlowGraph graph, int slot, int callee) => VerifierDiagnostics.CallsTooDeep.At(
        ProgramPlaces.At(graph.Program, slot),
        $"call of '{graph.Program.Functions[callee].Name}' needs frame {RunLimits.ProgramFrames + 1} of {RunLimits.ProgramFrames}",
        "inline one function of the chain");
}
