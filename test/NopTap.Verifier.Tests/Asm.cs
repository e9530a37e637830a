// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Tests;

/// <summary>Verification requests from assembler text. A label that starts with <c>fn_</c> begins a function; maps are named by index.</summary>
static class Asm
{
    public static readonly ContextLayout Xdp = new("xdp_md", 24, 48,
    [
        new("data", 0, 4, ContextFieldKind.PacketData, false, 0, 8),
        new("data_end", 4, 4, ContextFieldKind.PacketEnd, false, 8, 8),
        new("data_meta", 8, 4, ContextFieldKind.PacketMeta, false, 16, 8),
        new("ingress_ifindex", 12, 4, ContextFieldKind.Scalar, false, 24, 4),
        new("rx_queue_index", 16, 4, ContextFieldKind.Scalar, true, 28, 4),
    ]);

    public static readonly FrozenDictionary<int, HelperSignature> Helpers = HelperCatalog.All.Concat(KernelFunctions.All).ToFrozenDictionary(helper => helper.Id);

    public static readonly ImmutableArray<MapSpec> Maps =
    [
        new() { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8 },
        new() { Name = "flows", Type = MapType.Hash, KeySize = 8, ValueSize = 48, MaxEntries = 64 },
        new() { Name = "events", Type = MapType.Ringbuf, MaxEntries = 4096 },
        new() { Name = "jumps", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 4 },
        new() { Name = ".rodata", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, IsGlobalData = true, IsReadOnlyData = true, InitialValue = [.. "hello %d\n\0\0\0\0\0\0\0"u8] },
        new() { Name = ".bss", Type = MapType.Array, KeySize = 4, ValueSize = 32, MaxEntries = 1, IsGlobalData = true },
    ];

    public static VerificationRequest Request(string text, params ImmutableArray<ProbeSpec> probes)
    {
        AssembledProgram assembled = Assembler.ParseProgram(text);
        return new VerificationRequest { Program = Link(assembled, probes), Maps = Maps, Helpers = Helpers, Context = Xdp };
    }

    public static ProbeSpec Probe(string name, ImmutableArray<ProbeParameter> parameters, params ImmutableArray<ProbeSiteSpec> sites) =>
        new() { Name = name, Parameters = parameters, Sites = sites };

    public static ProbeArgumentSpec In(Register register) => new(register, false, 0);

    public static readonly ProbeParameter Int = new(null, "int", 0, ProbeArgumentKind.Integer, 4, true);
    public static readonly ProbeParameter Context = new("ctx", "struct xdp_md *", 0, ProbeArgumentKind.Context, 8, false);
    public static readonly ProbeParameter Pointer = new("p", "void *", 0, ProbeArgumentKind.Pointer, 8, false);

    static ProgramSpec Link(AssembledProgram assembled, ImmutableArray<ProbeSpec> probes)
    {
        List<(string Name, int Start)> starts = [("main", 0)];
        starts.AddRange(assembled.Labels.Where(label => label.Key.StartsWith("fn_", StringComparison.Ordinal)).Select(label => (label.Key, label.Value)));
        starts.Sort((a, b) => a.Start.CompareTo(b.Start));
        var functions = ImmutableArray.CreateBuilder<FunctionSpec>();
        for (int i = 0; i < starts.Count; i++)
        {
            int end = i + 1 < starts.Count ? starts[i + 1].Start : assembled.Instructions.Length;
            // Numbered as if types told of them that they return int; the kernel is told so too.
            functions.Add(new FunctionSpec(starts[i].Name, starts[i].Start, end - starts[i].Start, false, i + 1));
        }

        var references = ImmutableArray.CreateBuilder<MapReference>();
        for (int slot = 0; slot < assembled.Instructions.Length; slot++)
        {
            Instruction instruction = assembled.Instructions[slot];
            if (instruction.IsWideLoad && (byte)instruction.Source is PseudoSource.MapIndex or PseudoSource.MapIndexValue)
            {
                bool value = (byte)instruction.Source == PseudoSource.MapIndexValue;
                references.Add(new MapReference(slot, instruction.Immediate, value, (uint)assembled.Instructions[slot + 1].Immediate));
            }
        }

        return new ProgramSpec
        {
            Name = "test",
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            License = "GPL",
            Instructions = assembled.Instructions,
            Functions = functions.ToImmutable(),
            References = references.ToImmutable(),
            Probes = probes,
        };
    }
}
