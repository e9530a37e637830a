// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Origins;

namespace NopTap.Verifier;

/// <summary>Puts together what engines learn of an accepted program.</summary>
static class Facts
{
    public static VerifiedProgram Build(
        ControlFlowGraph graph, VerificationRequest request, OriginAnalysis origins, ImmutableArray<Instruction> code)
    {
        RegisterSet[] live = Liveness.Compute(graph, request.Helpers);
        return new VerifiedProgram(
            request.Program, request.Context, code, Functions(graph, request, origins), Slots(graph, live, origins), Sites(graph, live));
    }

    static ImmutableArray<InstructionFacts> Slots(ControlFlowGraph graph, RegisterSet[] live, OriginAnalysis origins)
    {
        var facts = ImmutableArray.CreateBuilder<InstructionFacts>(graph.Code.Length);
        for (int slot = 0; slot < graph.Code.Length; slot++)
        {
            bool reachable = graph.IsReachable(slot);
            int map = -1;
            if (reachable && !graph.IsSecondHalf(slot) && graph.Code[slot].IsHelperCall
                && origins.Subject(slot) is { Origin: Origin.Map, IsExact: true } subject)
            {
                map = subject.Index;
            }

            facts.Add(new InstructionFacts(live[slot], !reachable, map));
        }

        return facts.MoveToImmutable();
    }

    static ImmutableArray<FunctionFacts> Functions(ControlFlowGraph graph, VerificationRequest request, OriginAnalysis origins)
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

            facts.Add(new FunctionFacts(origins.StackDepth(index), written, graph.IsCallback(index), calls, tailCall));
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
