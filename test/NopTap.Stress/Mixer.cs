// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Stress;

/// <summary>A target whose result and whose every argument follow from one number in the packet, and the observer that checks them.</summary>
static class Mixer
{
    internal const int PacketSize = 64;

    /// <summary>Entry of the map <c>counts</c>: events whose arguments belong together, and others.</summary>
    internal const uint Right = 0;
    internal const uint Wrong = 1;

    const string Target = """
        r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 8
        if r4 > r3 goto short
        r7 = *(u64 *)(r2 + 0)
        r8 = r7
        r8 *= 7
        r8 += 3
        r9 = r7
        r9 ^= r8
        mix: goto +0
        r1 = r7
        call leaf
        r9 += r0
        r1 = r8
        call leaf
        r9 += r0
        lazy_arming: if r10 == 0 goto lazy_armed
        back: r0 = r9
        r0 ^= r7
        r1 = r0
        r1 >>= 32
        r0 ^= r1
        exit
        short: r0 = 0
        exit
        lazy_armed: r2 = r7
        r2 ^= r9
        lazy: goto +0
        goto back
        leaf: r0 = r1
        r0 *= 3
        r0 += 1
        twice: goto +0
        exit
        """;

    const string Checker = """
        r6 = *(u64 *)(r1 + 0)
        r7 = *(u64 *)(r1 + 8)
        r8 = *(u64 *)(r1 + 16)
        r9 = 1
        r2 = r6
        r2 *= 7
        r2 += 3
        if r2 != r7 goto tell
        r6 ^= r7
        r6 <<= 32
        r8 <<= 32
        if r6 != r8 goto tell
        r9 = 0
        tell: *(u32 *)(r10 - 4) = r9
        r2 = r10
        r2 += -4
        map: r1 = 0 ll
        call map_lookup_elem
        if r0 == 0 goto out
        r1 = 1
        lock *(u64 *)(r0 + 0) += r1
        out: r0 = 0
        exit
        """;

    internal static ulong Second(ulong x) => (x * 7) + 3;

    internal static ulong Leaf(ulong x) => (x * 3) + 1;

    internal static ulong Mixed(ulong x) => (x ^ Second(x)) + Leaf(x) + Leaf(Second(x));

    internal static uint Result(ulong x)
    {
        ulong result = Mixed(x) ^ x;
        return (uint)(result ^ (result >> 32));
    }

    internal static BpfObjectSpec TargetObject()
    {
        AssembledProgram text = Assembler.ParseProgram(Target);
        int leaf = text.Labels["leaf"];
        return new BpfObjectSpec
        {
            Name = "mixer",
            License = "GPL",
            Programs =
            [
                new ProgramSpec
                {
                    Name = "mixer",
                    SectionName = "xdp",
                    Type = ProgramType.Xdp,
                    AttachType = AttachType.Xdp,
                    License = "GPL",
                    Instructions = text.Instructions,
                    Functions =
                    [
                        new FunctionSpec("mixer", 0, leaf, IsGlobal: true, 0),
                        new FunctionSpec("leaf", leaf, text.Instructions.Length - leaf, IsGlobal: false, 0),
                    ],
                    Probes =
                    [
                        Probe("mix", [Number("x", 8), Number("y", 8), Number("sum", 4)], Site(text, "mix", Register.R7, Register.R8, Register.R9)),
                        Probe("twice", [Number("argument", 8), Number("result", 8)], Site(text, "twice", Register.R1, Register.R0)),
                        Probe("lazy", [Number("x", 8), Number("z", 8)], Site(text, "lazy", Register.R7, Register.R2) with
                        {
                            ArmingInstruction = text.Labels["lazy_arming"],
                            ArmedTarget = text.Labels["lazy_armed"],
                        }),
                    ],
                },
            ],
        };
    }

    /// <summary>A checker of <c>mix</c> with its counts, and a ring for printers; one for each flipper.</summary>
    internal static BpfObjectSpec ObserverObject()
    {
        AssembledProgram text = Assembler.ParseProgram(Checker);
        int load = text.Labels["map"];
        return new BpfObjectSpec
        {
            Name = "checker",
            License = "GPL",
            Maps =
            [
                new MapSpec { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 2 },
                new MapSpec { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 1 << 16 },
            ],
            Programs =
            [
                new ProgramSpec
                {
                    Name = "checker",
                    SectionName = "bpf_sdt",
                    Type = ProgramType.Tracing,
                    AttachType = AttachType.TraceSdt,
                    License = "GPL",
                    Instructions = text.Instructions.SetItem(load, Ins.LoadWide(Register.R1, 0, PseudoSource.MapFd)[0]),
                    Functions = [new FunctionSpec("checker", 0, text.Instructions.Length, IsGlobal: true, 0)],
                    References = [new MapReference(load, 0, IsValue: false, 0)],
                },
            ],
        };
    }

    static ProbeSpec Probe(string name, ImmutableArray<ProbeParameter> parameters, ProbeSiteSpec site) =>
        new() { Name = name, Parameters = parameters, Sites = [site] };

    static ProbeParameter Number(string name, int size) => new(name, $"u{8 * size}", 0, ProbeArgumentKind.Integer, size, IsSigned: false);

    static ProbeSiteSpec Site(AssembledProgram text, string label, params ReadOnlySpan<Register> arguments)
    {
        var specs = ImmutableArray.CreateBuilder<ProbeArgumentSpec>(arguments.Length);
        foreach (Register register in arguments)
            specs.Add(new ProbeArgumentSpec(register, false, 0));
        return new ProbeSiteSpec(text.Labels[label], specs.ToImmutable(), Symbol: label);
    }
}
