// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.TestKit;

/// <summary>
/// The door past the verifier for tests and benchmarks: wraps instructions that nobody proved in a <see cref="VerifiedProgram"/> whose
/// facts assume the least, so that engines can be tried on code that the verifier would refuse (instruction-set vectors, random programs).
/// </summary>
/// <remarks>It stands here and not beside the verifier, so that nothing that is shipped has it. The compiler trusts the result: whoever opens this door vouches for the structure of the program and for its accesses.</remarks>
public static class UnverifiedProgram
{
    /// <summary>Wraps bare instructions; functions are found from the calls and function references in them.</summary>
    /// <param name="instructions">Slots.</param>
    /// <param name="name">Name of the program.</param>
    /// <param name="references">Which wide loads name maps.</param>
    /// <param name="probes">Static probes, sites included.</param>
    /// <param name="context">Layout of the context; null for plain memory.</param>
    public static VerifiedProgram TrustUnverified(
        ImmutableArray<Instruction> instructions,
        string name = "unverified",
        ImmutableArray<MapReference> references = default,
        ImmutableArray<ProbeSpec> probes = default,
        ContextLayout? context = null)
    {
        var spec = new ProgramSpec
        {
            Name = name,
            SectionName = "unverified",
            Instructions = instructions,
            Functions = FindFunctions(instructions),
            References = references.IsDefault ? [] : references,
            Probes = probes.IsDefault ? [] : probes,
        };
        return TrustUnverified(spec, context);
    }

    /// <summary>Wraps a program as it is.</summary>
    /// <param name="spec">The program.</param>
    /// <param name="context">Layout of the context; null for plain memory.</param>
    public static VerifiedProgram TrustUnverified(ProgramSpec spec, ContextLayout? context = null)
    {
        ImmutableArray<Instruction> instructions = spec.Instructions;
        var facts = new InstructionFacts[instructions.Length];
        Array.Fill(facts, new InstructionFacts(RegisterSet.All, IsDead: false, MapIndex: -1));
        ImmutableArray<ProbeSiteFacts> sites = CollectSites(spec);
        var functions = ImmutableArray.CreateBuilder<FunctionFacts>(spec.Functions.Length);
        foreach (FunctionSpec function in spec.Functions)
            functions.Add(FactsOf(function, instructions, sites));
        return new VerifiedProgram(spec, context, instructions, functions.MoveToImmutable(), ImmutableArray.Create(facts), sites);
    }

    /// <summary>The functions that the calls and function references in a program lead to, the first included.</summary>
    public static ImmutableArray<FunctionSpec> FindFunctions(ImmutableArray<Instruction> instructions)
    {
        var starts = new SortedSet<int> { 0 };
        for (int index = 0; index < instructions.Length; index += instructions[index].SlotCount)
        {
            if (instructions[index].IsProgramCall || instructions[index].IsFunctionReference)
                starts.Add(instructions[index].CallTarget(index));
        }

        int[] ordered = [.. starts];
        var functions = ImmutableArray.CreateBuilder<FunctionSpec>(ordered.Length);
        for (int n = 0; n < ordered.Length; n++)
        {
            int end = n + 1 < ordered.Length ? ordered[n + 1] : instructions.Length;
            functions.Add(new FunctionSpec(n == 0 ? "entry" : $"function{n}", ordered[n], end - ordered[n], IsGlobal: false, BtfTypeId: 0));
        }

        return functions.MoveToImmutable();
    }

    static FunctionFacts FactsOf(FunctionSpec function, ImmutableArray<Instruction> instructions, ImmutableArray<ProbeSiteFacts> sites)
    {
        bool hasCalls = false;
        bool hasTailCall = false;
        bool isCallback = false;
        for (int index = 0; index < instructions.Length; index += instructions[index].SlotCount)
        {
            Instruction instruction = instructions[index];
            isCallback |= instruction.IsFunctionReference && instruction.CallTarget(index) == function.Start;
            if (index < function.Start || index >= function.End)
                continue;
            hasCalls |= instruction.IsCall || instruction.IsPacketLoad;
            hasTailCall |= instruction.IsHelperCall && instruction.Immediate == (int)HelperId.TailCall;
        }

        foreach (ProbeSiteFacts site in sites)
            hasCalls |= site.Site.Instruction >= function.Start && site.Site.Instruction < function.End;
        return new FunctionFacts(StackDepth: RunLimits.FrameBytes, WrittenKept: RegisterSet.CallKept, isCallback, hasCalls, hasTailCall);
    }

    static ImmutableArray<ProbeSiteFacts> CollectSites(ProgramSpec spec)
    {
        var sites = new List<ProbeSiteFacts>();
        for (int probe = 0; probe < spec.Probes.Length; probe++)
        {
            for (int site = 0; site < spec.Probes[probe].Sites.Length; site++)
                sites.Add(new ProbeSiteFacts(probe, site, spec.Probes[probe].Sites[site], RegisterSet.All, Unattachable: null));
        }

        sites.Sort((left, right) => left.Site.Instruction.CompareTo(right.Site.Instruction));
        return [.. sites];
    }
}
