// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;

namespace NopTap.Verifier;

/// <summary>Puts together what engines learn of an accepted program.</summary>
static class Facts
{
    public static VerifiedProgram Build(
        ControlFlowGraph graph, VerificationRequest request, IProgramFacts known, RegisterSet[] live, ImmutableArray<Instruction> code)
    {
        bool[] dead = DeadSlots(graph, known);
        var rounds = CountedRounds.Of(graph, request, known, dead);
        return new VerifiedProgram(
            request.Program, request.Context, code, Functions(graph, request, known, dead, rounds), Slots(graph, live, known, dead, rounds), Sites(graph, live, known), request.Maps);
    }

    // Of a function that is named but never entered all slots are dead: nobody asked what it calls.
    static bool[] DeadSlots(ControlFlowGraph graph, IProgramFacts known)
    {
        var dead = new bool[graph.Code.Length];
        foreach (FunctionSpec function in graph.Program.Functions)
        {
            for (int slot = function.Start; slot < function.End; slot++)
                dead[slot] = graph.IsSecondHalf(slot) ? dead[slot - 1] : !known.IsVisited(slot);
        }

        return dead;
    }

    static ImmutableArray<InstructionFacts> Slots(ControlFlowGraph graph, RegisterSet[] live, IProgramFacts known, bool[] dead, CountedRounds rounds)
    {
        var facts = ImmutableArray.CreateBuilder<InstructionFacts>(graph.Code.Length);
        for (int slot = 0; slot < graph.Code.Length; slot++)
        {
            bool call = !dead[slot] && !graph.IsSecondHalf(slot) && graph.Code[slot].IsHelperCall;
            int map = call ? known.MapOfCall(slot) : -1;

            facts.Add(new InstructionFacts(live[slot], dead[slot], map)
            {
                Branch = known.BranchAt(slot),
                Address = known.AddressAt(slot),
                CountsRound = rounds.IsLoopHead(slot),
            });
        }

        return facts.MoveToImmutable();
    }

    static ImmutableArray<FunctionFacts> Functions(ControlFlowGraph graph, VerificationRequest request, IProgramFacts known, bool[] dead, CountedRounds rounds)
    {
        bool[] managed = CallsManaged(graph, request, dead);
        var facts = ImmutableArray.CreateBuilder<FunctionFacts>(graph.Program.Functions.Length);
        for (int index = 0; index < graph.Program.Functions.Length; index++)
        {
            FunctionSpec function = graph.Program.Functions[index];
            RegisterSet written = default;
            bool calls = false;
            bool tailCall = false;
            for (int slot = function.Start; slot < function.End; slot += graph.Code[slot].SlotCount)
            {
                Instruction instruction = graph.Code[slot];
                if (dead[slot])
                    continue;
                written |= instruction.WrittenRegisters & RegisterSet.CallKept;
                calls |= instruction.IsCall || instruction.IsPacketLoad || graph.SiteAt(slot) >= 0;
                tailCall |= instruction.IsHelperCall && request.Helpers[instruction.Immediate].Return == HelperReturn.TailCall;
            }

            facts.Add(new FunctionFacts(known.StackDepth(index), written, graph.IsCallback(index), calls, tailCall)
            {
                ReadsUnwrittenStack = known.ReadsUnwrittenStack(index),
                MayCallManagedHelper = managed[index],
                CountsRounds = rounds.Includes(index),
                MayNotStart = rounds.MayNotStart(index),
                RunsUnderLock = known.RunsUnderLock(index),
            });
        }

        return facts.MoveToImmutable();
    }

    // No function calls itself, so after a round for each link of the longest chain nothing changes.
    static bool[] CallsManaged(ControlFlowGraph graph, VerificationRequest request, bool[] dead)
    {
        var managed = new bool[graph.Program.Functions.Length];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int slot = 0; slot < graph.Code.Length; slot++)
            {
                Instruction instruction = graph.Code[slot];
                if (dead[slot] || graph.IsSecondHalf(slot) || managed[graph.FunctionOf(slot)])
                    continue;
                bool calls = instruction.IsHelperCall ? (request.Helpers[instruction.Immediate].Effects & HelperEffects.Managed) != 0
                    : (instruction.IsProgramCall || instruction.IsFunctionReference) && managed[graph.FunctionOf(instruction.CallTarget(slot))];
                managed[graph.FunctionOf(slot)] = calls;
                changed |= calls;
            }
        }

        return managed;
    }

    static ImmutableArray<ProbeSiteFacts> Sites(ControlFlowGraph graph, RegisterSet[] live, IProgramFacts known)
    {
        var facts = ImmutableArray.CreateBuilder<ProbeSiteFacts>(graph.Sites.Length);
        foreach (SiteReference reference in graph.Sites)
        {
            int slot = reference.Site.Instruction;
            bool reachable = graph.IsReachable(slot) && known.IsVisited(slot);
            string? reason = reachable ? null : WhyDead(graph, slot);
            RegisterSet after = reachable ? live[slot + 1] : RegisterSet.None;
            facts.Add(new ProbeSiteFacts(reference.ProbeIndex, reference.SiteIndex, reference.Site, after, reason));
        }

        return facts.MoveToImmutable();
    }

    static string WhyDead(ControlFlowGraph graph, int slot) => string.Create(
        CultureInfo.InvariantCulture,
        $"dead code: {(graph.IsReachable(slot) ? "the branches in front of it never go there, so no run" : "no path")} of the program reaches slot {slot}");
}

/// <summary>What an analysis knows beyond the instructions themselves.</summary>
interface IProgramFacts
{
    /// <summary>Bytes of a function's frame that may be touched.</summary>
    int StackDepth(int function);

    /// <summary>Whether a function may read bytes of its frame that nothing wrote.</summary>
    bool ReadsUnwrittenStack(int function);

    /// <summary>Whether a function may be entered or left while a spin lock is held.</summary>
    bool RunsUnderLock(int function) => false;

    /// <summary>Map in r1 of a helper call where it is always the same, or -1.</summary>
    int MapOfCall(int slot);

    /// <summary>Whether some path comes to a slot.</summary>
    bool IsVisited(int slot);

    /// <summary>Which ways a conditional jump goes.</summary>
    BranchFact BranchAt(int slot);

    /// <summary>Into what a slot reaches.</summary>
    AddressKind AddressAt(int slot);
}
