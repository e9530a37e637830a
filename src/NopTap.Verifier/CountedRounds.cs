// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Exploration;

namespace NopTap.Verifier;

/// <summary>Which functions and which loops of a program are counted while it runs.</summary>
/// <remarks>
/// The steps of an exploration bound how long a run stays in what it follows call by call. Not bounded by them is how often a run enters
/// a function that is followed once: one that is proved alone, a callback, an observer's entry (it runs at each hit), and whatever these
/// call; nor how often it passes a loop that is followed until a round brings nothing new: the loops around an iterator or a may_goto,
/// what stands in them and what it calls. Elsewhere nothing is counted.
/// </remarks>
sealed class CountedRounds
{
    // Slots.
    const int SmallFunction = 64;

    readonly bool[] _functions;
    readonly bool[] _mayNotStart;
    readonly bool[] _heads;

    CountedRounds(ControlFlowGraph graph)
    {
        _functions = new bool[graph.Program.Functions.Length];
        _mayNotStart = new bool[_functions.Length];
        _heads = new bool[graph.Code.Length];
    }

    /// <summary>Whether a function's loops are counted.</summary>
    public bool Includes(int function) => _functions[function];

    /// <summary>Whether a function's calls are counted, and come to nothing when no round is left.</summary>
    public bool MayNotStart(int function) => _mayNotStart[function];

    /// <summary>Whether a counted loop begins its rounds at a slot.</summary>
    public bool IsLoopHead(int slot) => _heads[slot];

    public static CountedRounds Of(ControlFlowGraph graph, VerificationRequest request, IProgramFacts known, bool[] dead)
    {
        ProgramSpec program = graph.Program;
        var rounds = new CountedRounds(graph);
        for (int i = 0; i < program.Functions.Length; i++)
        {
            bool alone = i == 0 ? program.Type == ProgramType.Tracing : GlobalFunctions.IsProvedAlone(program.Functions[i], i);
            rounds._mayNotStart[i] = alone && !(i != 0 && IsSmallLeaf(graph, i, dead));
            rounds._functions[i] = alone || graph.IsCallback(i);
        }

        bool[] open = OpenLoops(graph, request, dead);
        // The iterator may be a caller's: then the loop is there.
        SpreadOverCalls(graph, dead, open, toCallers: true);
        for (int i = 0; i < open.Length; i++)
            rounds._functions[i] |= open[i];
        SpreadOverCalls(graph, dead, rounds._functions, toCallers: false);
        rounds.FindHeads(graph, known, dead);
        return rounds;
    }

    // Such a function makes a call of it no more than a few of its caller's own steps, which are bounded or counted.
    static bool IsSmallLeaf(ControlFlowGraph graph, int function, bool[] dead)
    {
        FunctionSpec spec = graph.Program.Functions[function];
        if (spec.Length > SmallFunction)
            return false;
        for (int slot = spec.Start; slot < spec.End; slot += graph.Code[slot].SlotCount)
        {
            Instruction instruction = graph.Code[slot];
            bool isCall = instruction.IsProgramCall || instruction.IsFunctionReference;
            bool goesBack = (instruction.IsJump && instruction.JumpTarget(slot) <= slot) || graph.ArmedTarget(slot) is >= 0 and int armed && armed <= slot;
            if (!dead[slot] && (isCall || goesBack))
                return false;
        }

        return true;
    }

    static bool[] OpenLoops(ControlFlowGraph graph, VerificationRequest request, bool[] dead)
    {
        var has = new bool[graph.Program.Functions.Length];
        for (int slot = 0; slot < graph.Code.Length; slot++)
        {
            if (dead[slot] || graph.IsSecondHalf(slot))
                continue;
            Instruction instruction = graph.Code[slot];
            bool isNext = instruction.IsHelperCall && request.Helpers[instruction.Immediate].Return == HelperReturn.IteratorElementOrNull;
            if (isNext || instruction.IsMayGoto)
                has[graph.FunctionOf(slot)] = true;
        }

        return has;
    }

    static void SpreadOverCalls(ControlFlowGraph graph, bool[] dead, bool[] functions, bool toCallers)
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int slot = 0; slot < graph.Code.Length; slot++)
            {
                Instruction instruction = graph.Code[slot];
                if (dead[slot] || graph.IsSecondHalf(slot) || !instruction.IsProgramCall)
                    continue;
                int caller = graph.FunctionOf(slot);
                int callee = graph.FunctionOf(instruction.CallTarget(slot));
                (int from, int to) = toCallers ? (callee, caller) : (caller, callee);
                changed |= functions[from] && !functions[to];
                functions[to] |= functions[from];
            }
        }
    }

    // Counted is where a loop begins again, not the jump: so it does not matter what the jump is, nor what an engine makes of it.
    void FindHeads(ControlFlowGraph graph, IProgramFacts known, bool[] dead)
    {
        for (int slot = 0; slot < graph.Code.Length; slot++)
        {
            if (dead[slot] || graph.IsSecondHalf(slot) || !_functions[graph.FunctionOf(slot)])
                continue;
            if (graph.ArmedTarget(slot) is int armed and >= 0 && armed <= slot)
                _heads[armed] = true;
            Instruction instruction = graph.Code[slot];
            if (instruction.IsJump && instruction.JumpTarget(slot) is int target && target <= slot && known.BranchAt(slot) != BranchFact.NeverTaken && !dead[target])
                _heads[target] = true;
        }
    }
}
