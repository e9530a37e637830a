// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Loading;
using NopTap.TestKit.Cases;
using NopTap.Verifier;

namespace NopTap.Conformance.Tests;

/// <summary>A program of <c>test/corpus/attack</c>, with the maps and types that all of them share.</summary>
/// <remarks>
/// A label that begins with <c>fn_</c> begins a function. <c>-- with</c> has a line for each change: <c>type T</c>;
/// <c>probe NAME KIND at LABEL in REGISTER [armed LABEL lands LABEL]</c>; <c>observer KIND,KIND...</c>, whose program observes a probe with
/// such parameters. Kinds are int, ctx and pointer.
/// </remarks>
sealed class AttackProgram
{
    const uint ReadOnly = 1 << 7;
    const uint WriteOnly = 1 << 8;
    static readonly HelperRegistry s_helpers = new();
    ImmutableArray<ProbeParameter>? _observed;

    AttackProgram(ProgramSpec spec) => Spec = spec;

    public static ImmutableArray<MapSpec> Maps { get; } =
    [
        new() { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8 },
        new() { Name = "flows", Type = MapType.Hash, KeySize = 8, ValueSize = 48, MaxEntries = 64 },
        new() { Name = "events", Type = MapType.Ringbuf, MaxEntries = 4096 },
        new() { Name = "jumps", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 4 },
        new() { Name = ".rodata", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, IsGlobalData = true, IsReadOnlyData = true, InitialValue = [.. "hello %d\n\0\0\0\0\0\0\0"u8] },
        new() { Name = ".bss", Type = MapType.Array, KeySize = 4, ValueSize = 32, MaxEntries = 1, IsGlobalData = true },
        new() { Name = "wide", Type = MapType.Array, KeySize = 4, ValueSize = 256, MaxEntries = 1 },
        new() { Name = "locked", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8, SpinLockOffset = 8 },
        new() { Name = "read", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8, Flags = ReadOnly },
        new() { Name = "written", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8, Flags = WriteOnly },
        new() { Name = "one", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, SpinLockOffset = 8 },
    ];

    public ProgramSpec Spec { get; private set; }

    /// <summary>Whether the kernel can be asked: it knows no probes and no observers.</summary>
    public bool IsKernels => _observed is null && Spec.Probes.IsEmpty;

    public static AttackProgram Of(TestCase test)
    {
        AssembledProgram assembled = test.Assembled;
        var program = new AttackProgram(new ProgramSpec
        {
            Name = "attack",
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            License = "GPL",
            Instructions = assembled.Instructions,
            Functions = Functions(assembled),
            References = [.. References(assembled.Instructions)],
        });
        foreach (string line in (test["with"] ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            program.Change(line.Split(' '), assembled);
        return program;
    }

    /// <summary>The verdict, by the way that the runtime goes.</summary>
    public VerificationResult Verify()
    {
        ProgramTypeInfo type = ProgramTypes.Of(Spec);
        if (_observed is { } parameters)
            type = type with { Context = ObserverLayout.For(parameters, hasResult: false) };
        VerificationRequest request = VerificationRequests.For(Spec, Maps, type, s_helpers.For(Spec.Type));
        return ProgramVerifier.Verify(_observed is null ? request : request with { Context = type.Context! });
    }

    void Change(string[] words, AssembledProgram assembled)
    {
        switch (words[0])
        {
            case "type":
                Spec = Spec with { Type = Enum.Parse<ProgramType>(words[1]), SectionName = words[1] };
                break;
            case "observer":
                Spec = Spec with { Type = ProgramType.Tracing, AttachType = AttachType.TraceSdt, SectionName = "bpf_sdt" };
                _observed = [.. words[1].Split(',').Select(Parameter)];
                break;
            case "probe":
                ImmutableArray<ProbeArgumentSpec> arguments = [new((Register)(words[6][1] - '0'), false, 0)];
                int site = assembled.Labels[words[4]];
                ProbeSiteSpec place = words.Length > 7 ? new(site, arguments, assembled.Labels[words[8]], assembled.Labels[words[10]]) : new(site, arguments);
                Spec = Spec with { Probes = [new ProbeSpec { Name = words[1], Parameters = [Parameter(words[2])], Sites = [place] }] };
                break;
            default:
                throw new FormatException($"'{words[0]}' is no change of a program");
        }
    }

    static ProbeParameter Parameter(string kind) => kind switch
    {
        "int" => new(null, "int", 0, ProbeArgumentKind.Integer, 4, true),
        "ctx" => new("ctx", "struct xdp_md *", 0, ProbeArgumentKind.Context, 8, false),
        "pointer" => new("p", "void *", 0, ProbeArgumentKind.Pointer, 8, false),
        _ => throw new FormatException($"'{kind}' is no kind of a parameter"),
    };

    static ImmutableArray<FunctionSpec> Functions(AssembledProgram assembled)
    {
        List<(string Name, int Start)> starts = [("main", 0)];
        starts.AddRange(assembled.Labels.Where(label => label.Key.StartsWith("fn_", StringComparison.Ordinal)).Select(label => (label.Key, label.Value)));
        starts.Sort((a, b) => a.Start.CompareTo(b.Start));
        return [.. starts.Select((start, n) =>
            new FunctionSpec(start.Name, start.Start, (n + 1 < starts.Count ? starts[n + 1].Start : assembled.Instructions.Length) - start.Start, false, 0))];
    }

    static IEnumerable<MapReference> References(ImmutableArray<Instruction> code)
    {
        for (int slot = 0; slot < code.Length; slot++)
        {
            if (code[slot].IsWideLoad && (byte)code[slot].Source is PseudoSource.MapIndex or PseudoSource.MapIndexValue)
                yield return new MapReference(slot, code[slot].Immediate, (byte)code[slot].Source == PseudoSource.MapIndexValue, (uint)code[slot + 1].Immediate);
        }
    }
}
