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
        return new VerifiedProgram(
            request.Program, request.Context, code, Functions(graph, request, known), Slots(graph, live, known), Sites(graph, live));
    }

    static ImmutableArray<InstructionFacts> Slots(ControlFlowGraph graph, RegisterSet[] live, IProgramFacts known)
    {
        var facts = ImmutableArray.CreateBuilder<InstructionFacts>(graph.Code.Length);
        for (int slot = 0; slot < graph.Code.Length; slot++)
        {
            bool reachable = graph.IsReachable(slot);
            bool call = reachable && !graph.IsSecondHalf(slot) && graph.Code[slot].IsHelperCall;
            int map = call ? known.MapOfCall(slot) : -1;

            facts.Add(new InstructionFacts(live[slot], !reachable, map));
        }

        return facts.MoveToImmutable();
    }

    static ImmutableArray<FunctionFacts> Functions(ControlFlowGraph graph, VerificationRequest request, IProgramFacts known)
    {
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
                if (!graph.IsReachable(slot))
                    continue;
                written |= instruction.WrittenRegisters & RegisterSet.CallKept;
                calls |= instruction.IsCall || instruction.IsPacketLoad || graph.SiteAt(slot) >= 0;
                tailCall |= instruction.IsHelperCall && request.Helpers[instruction.Immediate].Return == HelperReturn.TailCall;
            }

            facts.Add(new FunctionFacts(known.StackDepth(index), written, graph.IsCallback(index), calls, tailCall) { ReadsUnwrittenStack = known.ReadsUnwrittenStack(index) });
        }

        return facts.MoveToImmutable();
    }

    static ImmutableArray<ProbeSiteFacts> Sites(ControlFlowGraph graph, RegisterSet[] live)
    {
        var facts = ImmutableArray.CreateBuilder<ProbeSiteFacts>(graph.Sites.Length);
        foreach (SiteReference reference in graph.Sites)
        {
            int slot = reference.Site.Instruction;
            bool reachable = graph.IsReachable(slot);
            string? reason = reachable ? null : string.Create(CultureInfo.InvariantCulture, $"dead code: no path of the program reaches slot {slot}");
            RegisterSet after = reachable ? live[slot + 1] : RegisterSet.None;
            facts.Add(new ProbeSiteFacts(reference.ProbeIndex, reference.SiteIndex, reference.Site, after, reason));
        }

        return facts.MoveToImmutable();
    }
}

/// <summary>What an analysis knows beyond the instructions themselves.</summary>
interface IProgramFacts
{
    /// <summary>Bytes of a function's frame that may be touched.</summary>
    int StackDepth(int function);

    /// <summary>Whether a function may read bytes of its frame that nothing wrote.</summary>
    bool ReadsUnwrittenStack(int function);

    /// <summary>Map in r1 of a helper call where it is always the same, or -1.</summary>
    int MapOfCall(int slot);
}
