// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Fuzz.Verdicts;

/// <summary>What random programs may use: maps of every kind, the contexts of their types, helpers.</summary>
public static class World
{
    /// <summary>Index of a map in <see cref="Maps"/>.</summary>
    public const int Array = 0, Hash = 1, Ring = 2, Programs = 3, Constants = 4, Variables = 5, PerProcessorArray = 6, PerProcessorHash = 7, Recent = 8, Wide = 9, Locked = 10, ReadOnly = 11, WriteOnly = 12;

    /// <summary>Where the lock lies in values of <see cref="Locked"/>.</summary>
    public const short LockOffset = 8;

    /// <summary>The maps, the same for all programs.</summary>
    public static ImmutableArray<MapSpec> Maps { get; } =
    [
        new() { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8 },
        new() { Name = "flows", Type = MapType.Hash, KeySize = 8, ValueSize = 48, MaxEntries = 64 },
        new() { Name = "events", Type = MapType.Ringbuf, MaxEntries = 4096 },
        new() { Name = "jumps", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 4 },
        new() { Name = ".rodata", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, IsGlobalData = true, IsReadOnlyData = true, InitialValue = [.. "hello %d\n\0\0\0\0\0\0\0"u8] },
        new() { Name = ".bss", Type = MapType.Array, KeySize = 4, ValueSize = 32, MaxEntries = 1, IsGlobalData = true },
        new() { Name = "tallies", Type = MapType.PercpuArray, KeySize = 4, ValueSize = 24, MaxEntries = 4 },
        new() { Name = "shares", Type = MapType.PercpuHash, KeySize = 4, ValueSize = 8, MaxEntries = 16 },
        new() { Name = "recent", Type = MapType.LruHash, KeySize = 12, ValueSize = 20, MaxEntries = 16 },
        new() { Name = "wide", Type = MapType.Array, KeySize = 4, ValueSize = 256, MaxEntries = 3 },
        new() { Name = "totals", Type = MapType.Hash, KeySize = 4, ValueSize = 32, MaxEntries = 8, SpinLockOffset = LockOffset },
        new() { Name = "given", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 4, Flags = 1 << 7 },
        new() { Name = "taken", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 4, Flags = 1 << 8 },
    ];

    /// <summary>Helpers by number.</summary>
    public static FrozenDictionary<int, HelperSignature> Helpers { get; } = HelperCatalog.All.ToFrozenDictionary(helper => helper.Id);

    /// <summary>What a program type may do, or null where random programs know nothing of it.</summary>
    public static ProgramTypeInfo? TypeOf(ProgramType type) => ProgramTypes.TryGet(type, out ProgramTypeInfo? info) && info.Context is not null ? info : null;

    static FrozenDictionary<int, HelperSignature> HelpersOf(ProgramTypeInfo info) =>
        s_helpers.GetOrAdd(info.Type, static (_, known) => Helpers.Keys.Where(id => known.Helpers.Contains((HelperId)id))
            .ToFrozenDictionary(id => id, id => HelperCatalog.Find((HelperId)id, known.Type)!), info);

    static readonly ConcurrentDictionary<ProgramType, FrozenDictionary<int, HelperSignature>> s_helpers = [];

    /// <summary>The question that a program is.</summary>
    /// <param name="program">The program; its type is known.</param>
    /// <param name="maps">Its maps.</param>
    public static VerificationRequest Ask(ProgramSpec program, ImmutableArray<MapSpec> maps)
    {
        ProgramTypeInfo info = TypeOf(program.Type) ?? throw new ArgumentException($"programs of type {program.Type} are not known", nameof(program));
        return new VerificationRequest { Program = program, Maps = maps, Helpers = HelpersOf(info), Context = info.Context!, ReturnRange = info.ReturnRange };
    }

    /// <summary>An XDP program without maps and functions, from assembler text.</summary>
    public static Subject Subject(string name, string text)
    {
        ImmutableArray<Instruction> code = Assembler.ParseProgram(text).Instructions;
        var program = new ProgramSpec
        {
            Name = name,
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            License = "GPL",
            Instructions = code,
            Functions = [new FunctionSpec(name, 0, code.Length, true, 0)],
        };
        return new Subject(name, program, Maps);
    }
}
