// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>Objects written in assembly, for what no compiler would write.</summary>
static class Written
{
    internal static BpfObjectSpec Xdp(string text, params ProbeSpec[] probes) => Object(Program(text, "written", ProgramType.Xdp, AttachType.Xdp, probes));

    internal static BpfObjectSpec Observer(string text, string license = "GPL", bool isSleepable = false) =>
        Object(Program(text, "observer", ProgramType.Tracing, AttachType.TraceSdt) with { License = license, IsSleepable = isSleepable });

    internal static ProgramSpec Program(string text, string name, ProgramType type, AttachType attachType, params ProbeSpec[] probes)
    {
        AssembledProgram assembled = Assembler.ParseProgram(text);
        ImmutableArray<ProbeSpec> placed =
            [.. probes.Select(probe => probe with { Sites = [.. probe.Sites.Select(site => site with { Instruction = assembled.Labels[site.Symbol] })] })];
        return UnverifiedProgram.TrustUnverified(assembled.Instructions, name).Spec with { Type = type, AttachType = attachType, Probes = placed };
    }

    static BpfObjectSpec Object(ProgramSpec program) => new() { Name = "written", License = "GPL", Programs = [program] };
}
