// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

public sealed class MapTests
{
    static readonly byte[] s_return = Code((0xb7, 0, 0, 0), (0x95, 0, 0, 0));

    /// <summary>An object with one map of a structure that the test writes.</summary>
    static byte[] With(Func<BtfBuilder, int> definition, Action<ElfBuilder, int>? more = null, uint size = 64, uint offset = 0, uint sectionSize = 64)
    {
        var elf = new ElfBuilder();
        elf.Symbol("main", elf.Section("xdp", s_return, Executable), 0, 16);
        int maps = elf.Section(".maps", new byte[sectionSize], Writable);
        var btf = new BtfBuilder();
        int type = definition(btf);
        btf.DataSec(".maps", sectionSize, (btf.Var("m", type), offset, size));
        elf.Section(".BTF", btf.Build());
        more?.Invoke(elf, maps);
        return elf.Build();
    }

    static (string, int, uint) Number(BtfBuilder b, string name, uint value, uint bitOffset = 0)
    {
        int number = b.Int("int", 4);
        return (name, b.Pointer(b.Array(number, number, value)), bitOffset);
    }

    static void Refused(DiagnosticDescriptor want, string text, Func<BtfBuilder, int> definition) => Have.Refused(want, With(definition), text);

    public static TheoryData<string> Builds => [.. Directory.GetDirectories(Have.Path("objects")).Select(static d => Path.GetFileName(d)).Order()];

    [Theory]
    [MemberData(nameof(Builds))]
    public void MapsOfRealObjectsAreRead(string build)
    {
        BpfObjectSpec spec = Have.Corpus($"objects/{build}/maps.bpf.o");
        MapSpec flows = spec.Map("flows");
        Assert.Equal((MapType.Hash, 8u, 32u, 100u, 1u), (flows.Type, flows.KeySize, flows.ValueSize, flows.MaxEntries, flows.Flags));
        Assert.Equal(("struct key", "struct value"), (spec.Btf!.Print(flows.KeyTypeId), spec.Btf.Print(flows.ValueTypeId)));
        MapSpec pinned = spec.Map("pinned");
        Assert.Equal((MapType.Array, 4u, 24u, 4u, 1u), (pinned.Type, pinned.KeySize, pinned.ValueSize, pinned.MaxEntries, pinned.Pinning));
        Assert.Equal((MapType.PercpuArray, 8u), (spec.Map("per_cpu").Type, spec.Map("per_cpu").ValueSize));
        Assert.Equal((MapType.Ringbuf, 0u, 4096u), (spec.Map("ring").Type, spec.Map("ring").KeySize, spec.Map("ring").MaxEntries));
        MapSpec outer = spec.Map("outer");
        Assert.Equal((MapType.ArrayOfMaps, 4u, 4u), (outer.Type, outer.KeySize, outer.ValueSize));
        Assert.Equal((MapType.Array, 4u, 4u, 1u), (outer.Inner!.Type, outer.Inner.KeySize, outer.Inner.ValueSize, outer.Inner.MaxEntries));
        Assert.Equal([new(0, "inner_first"), new(2, "inner_second")], outer.InitialEntries.ToArray());
        Assert.Equal([new(1, "target")], spec.Map("programs").InitialEntries.ToArray());
        Assert.All(spec.Program("use").References, static r => Assert.False(r.IsValue));
        Assert.Contains(spec.Program("use").References, r => spec.Maps[r.MapIndex].Name == "programs");
        foreach (MapReference reference in spec.Program("use").References)
        {
            Instruction load = spec.Program("use").Instructions[reference.Instruction];
            Assert.Equal((PseudoSource.MapIndex, reference.MapIndex), ((byte)load.Source, load.Immediate));
        }
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void GlobalDataBecomesMaps(string build)
    {
        BpfObjectSpec spec = Have.Corpus($"objects/{build}/globals.bpf.o");
        MapSpec rodata = spec.Map(".rodata");
        Assert.Equal((MapType.Array, 4u, 1u, 0x80u, true, true), (rodata.Type, rodata.KeySize, rodata.MaxEntries, rodata.Flags, rodata.IsReadOnlyData, rodata.IsGlobalData));
        Assert.Equal(rodata.ValueSize, (uint)rodata.InitialValue.Length);
        Assert.Contains("hello, probe", Encoding.ASCII.GetString(rodata.InitialValue.AsSpan()), StringComparison.Ordinal);
        MapSpec bss = spec.Map(".bss");
        Assert.Empty(bss.InitialValue);
        Assert.True(bss.ValueSize >= 132 && !bss.IsReadOnlyData && bss.Flags == 0);
        Assert.Equal(11, BinaryPrimitives.ReadInt32LittleEndian(spec.Map(".data.custom").InitialValue.AsSpan()));
        Assert.Equal(12, BinaryPrimitives.ReadInt32LittleEndian(spec.Map(".rodata.custom").InitialValue.AsSpan()));
        Assert.True(spec.Map(".rodata.custom").IsReadOnlyData);
        Assert.Equal(24u, spec.Map(".data.text").ValueSize);

        // The variable 'counter' is where its BTF says, and the program that reads it gets that offset.
        var section = (Btf.BtfDataSec)spec.Btf!.TypeById(spec.Map(".data").ValueTypeId);
        uint offset = section.Variables.Single(v => spec.Btf.TypeById(v.TypeId).Name == "counter").Offset;
        Assert.Equal(42, BinaryPrimitives.ReadInt32LittleEndian(spec.Map(".data").InitialValue.AsSpan((int)offset, 4)));
        ProgramSpec print = spec.Program("print");
        MapReference reference = Assert.Single(print.References, r => spec.Maps[r.MapIndex].Name == ".data");
        Assert.Equal(offset, reference.Offset);
        Assert.Equal((PseudoSource.MapIndexValue, (int)offset), ((byte)print.Instructions[reference.Instruction].Source, print.Instructions[reference.Instruction + 1].Immediate));
    }

    [Theory]
    [InlineData("clang-14-v1/legacy")]
    [InlineData("clang-19-v1/legacy")]
    [InlineData("clang-19-v1/legacy-nodebug")]
    public void LegacyMapsAreRead(string build)
    {
        BpfObjectSpec spec = Have.Corpus($"objects/{build}.bpf.o");
        MapSpec counts = spec.Map("counts");
        Assert.Equal((MapType.Array, 4u, 8u, 8u, 0u), (counts.Type, counts.KeySize, counts.ValueSize, counts.MaxEntries, counts.Flags));
        MapSpec seen = spec.Map("seen");
        Assert.Equal((MapType.Hash, 6u, 1u, 16u, 1u), (seen.Type, seen.KeySize, seen.ValueSize, seen.MaxEntries, seen.Flags));
        Assert.Equal(["counts", "seen"], spec.Program("count").References.Select(r => spec.Maps[r.MapIndex].Name).Order());
    }

    [Fact]
    public void MapExtraAndUnknownPlacesOfMemoryAreRead()
    {
        MapSpec bloom = Have.Corpus("formats/types.bpf.o").Map("bloom");
        Assert.Equal((MapType.BloomFilter, 0u, 112u, 10u, 3ul), (bloom.Type, bloom.KeySize, bloom.ValueSize, bloom.MaxEntries, bloom.Extra));
    }

    [Fact]
    public void MalformedDefinitionsAreRefused()
    {
        DiagnosticDescriptor bad = FormatDiagnostics.BadMapDefinition;
        Refused(bad, "no structure", static b => b.Int("int", 4));
        Refused(bad, "no attribute 'type'", static b => b.Struct("", 8, Number(b, "max_entries", 1)));
        Refused(bad, "is no number", static b => b.Struct("", 8, ("type", b.Int("int", 4), 0)));
        Refused(bad, "'key' is no type", static b => b.Struct("", 8, Number(b, "type", 1), ("key", 1, 0)));
        Refused(bad, "has no size", static b => b.Struct("", 8, Number(b, "type", 1), ("key", b.Pointer(0), 0)));
        Refused(bad, "pinning 2", static b => b.Struct("", 8, Number(b, "type", 1), Number(b, "pinning", 2)));
        Refused(bad, "type 4294967295", static b => b.Struct("", 8, Number(b, "type", uint.MaxValue)));
        Refused(bad, "not the last", static b => b.Struct("", 8, Number(b, "type", 12), ("values", 1, 0), Number(b, "max_entries", 2)));
        Refused(bad, "no array of pointers", static b => b.Struct("", 8, Number(b, "type", 12), ("values", 1, 0)));
        Refused(bad, "has 'values' of type", static b => b.Struct("", 8, Number(b, "type", 1), ("values", b.Array(b.Pointer(b.Proto(0)), 1, 0), 0)));
        Refused(bad, "of an inner map", static b =>
        {
            int inner = b.Struct("inner", 8, Number(b, "type", 2), Number(b, "pinning", 1));
            return b.Struct("", 8, Number(b, "type", 12), ("values", b.Array(b.Pointer(inner), 1, 0), 0));
        });
        Refused(bad, "inner maps of its own", static b =>
        {
            int innermost = b.Struct("innermost", 8, Number(b, "type", 2));
            int inner = b.Struct("inner", 8, Number(b, "type", 12), ("values", b.Array(b.Pointer(innermost), 1, 0), 0));
            return b.Struct("", 8, Number(b, "type", 12), ("values", b.Array(b.Pointer(inner), 1, 0), 0));
        });
        Have.Refused(bad, With(static b => b.Struct("", 8, Number(b, "type", 1)), size: 65), "outside its section");
        Have.Refused(bad, With(static b => b.Struct("", 8, Number(b, "type", 1)), offset: 65, size: 0), "outside its section");
    }

    [Fact]
    public void UnknownAndContradictingAttributesAreRefused()
    {
        Refused(FormatDiagnostics.UnknownMapAttribute, "'colour'", static b => b.Struct("", 8, Number(b, "type", 1), Number(b, "colour", 1)));
        Refused(FormatDiagnostics.ConflictingMapAttribute, "'value_size' says 8 bytes",
            static b => b.Struct("", 8, Number(b, "type", 1), ("value", b.Pointer(1), 0), Number(b, "value_size", 8)));
        Refused(FormatDiagnostics.ConflictingMapAttribute, "'key' says 4 bytes",
            static b => b.Struct("", 8, Number(b, "type", 1), Number(b, "key_size", 8), ("key", b.Pointer(1), 0)));
    }

    [Fact]
    public void InitialisersMustNameWhatTheMapHolds()
    {
        // values at byte 8 of the variable
        static int Programs(BtfBuilder b) => b.Struct("", 8, Number(b, "type", 3), ("values", b.Array(b.Pointer(b.Proto(0)), 1, 0), 64));
        static int Maps(BtfBuilder b) => b.Struct("", 8, Number(b, "type", 12), ("values", b.Array(b.Pointer(b.Struct("inner", 8, Number(b, "type", 2))), 1, 0), 64));
        Assert.Equal([new(1, "main")],
            Have.Accepted(With(Programs, static (elf, maps) => elf.Relocate(maps, 16, 2, 1))).Map("m").InitialEntries.ToArray());
        Assert.Equal([new(0, "m")],
            Have.Accepted(With(Maps, static (elf, maps) => elf.Relocate(maps, 8, 2, elf.Symbol("m", maps, info: GlobalObject)))).Map("m").InitialEntries.ToArray());
        DiagnosticDescriptor bad = FormatDiagnostics.BadMapInitializer;
        Have.Refused(bad, With(Programs, static (elf, maps) => elf.Relocate(maps, 0, 2, 1)), "no element");
        Have.Refused(bad, With(Programs, static (elf, maps) => elf.Relocate(maps, 12, 2, 1)), "no element");
        Have.Refused(bad, With(Programs, static (elf, maps) => elf.Relocate(maps, 8, 3, 1)), "no element");
        Have.Refused(bad, With(Programs, static (elf, maps) => elf.Relocate(maps, 8, 2, elf.SymbolOf(maps))), "no entry program");
        Have.Refused(bad, With(Maps, static (elf, maps) => elf.Relocate(maps, 8, 2, 1)), "'main' is no map");
        Have.Refused(bad, With(static b => b.Struct("", 8, Number(b, "type", 1)), static (elf, maps) => elf.Relocate(maps, 0, 2, 1)), "no element");
        Have.Refused(bad, With(static b => b.Struct("", 8, Number(b, "type", 1)), static (elf, maps) => elf.Relocate(maps, 16, 2, 1), size: 8), "belong to no map");
    }

    [Fact]
    public void MapsWithoutTypesAreRefused()
    {
        var elf = new ElfBuilder();
        elf.Symbol("main", elf.Section("xdp", s_return, Executable), 0, 16);
        elf.Section(".maps", new byte[32], Writable);
        Have.Refused(FormatDiagnostics.MapsWithoutBtf, elf.Build(), "-g");
    }

    [Fact]
    public void MalformedLegacyMapsAreRefused()
    {
        static byte[] Legacy(byte[] bytes, ulong at = 0)
        {
            var elf = new ElfBuilder();
            elf.Symbol("main", elf.Section("xdp", s_return, Executable), 0, 16);
            elf.Symbol("m", elf.Section("maps", bytes, Writable), at, info: GlobalObject);
            return elf.Build();
        }

        byte[] good = Join(U32(2), U32(4), U32(8), U32(1), U32(0));
        Assert.Equal(8u, Have.Accepted(Legacy(Join(good, new byte[16]))).Map("m").ValueSize);
        Have.Refused(FormatDiagnostics.BadLegacyMap, Legacy(good[..16]), "less than 20");
        Have.Refused(FormatDiagnostics.BadLegacyMap, Legacy(good, 8), "less than 20");
        Have.Refused(FormatDiagnostics.BadLegacyMap, Legacy(good, ulong.MaxValue), "less than 20");
        Have.Refused(FormatDiagnostics.BadLegacyMap, Legacy(Join(good, U32(1))), "not zero");
        Have.Refused(FormatDiagnostics.BadLegacyMap, Legacy(Join(U32(uint.MaxValue), good[4..])), "type 4294967295");
    }

    [Fact]
    public void HugeDataIsRefusedAndLargeZeroedDataTakesNoRoom()
    {
        static byte[] Bss(ulong size)
        {
            var elf = new ElfBuilder();
            elf.Symbol("main", elf.Section("xdp", s_return, Executable), 0, 16);
            elf.Section(".bss", [], Writable, NoBits, size);
            return elf.Build();
        }

        Assert.Equal(1u << 30, Have.Accepted(Bss(1 << 30)).Map(".bss").ValueSize);
        Have.Refused(FormatDiagnostics.DataTooLarge, Bss(1UL << 31), "2147483648 bytes");
        Have.Refused(FormatDiagnostics.DataTooLarge, Bss(ulong.MaxValue));
    }

    [Fact]
    public void TwoMapsOfOneNameAreRefused()
    {
        var elf = new ElfBuilder();
        elf.Symbol("main", elf.Section("xdp", s_return, Executable), 0, 16);
        elf.Section(".data", new byte[8], Writable);
        elf.Section(".data", new byte[8], Writable);
        Have.Refused(FormatDiagnostics.DuplicateMap, elf.Build(), "map '.data'");
        Have.Refused(FormatDiagnostics.BadMapDefinition, With(static b =>
        {
            int type = b.Struct("", 8, Number(b, "type", 1));
            b.DataSec(".maps", 64, (b.Var("a", type), 0, 8), (b.Var("b", type), 0, 8));
            return type;
        }), "two maps are defined");
    }

    [Fact]
    public void UnnamedOrFunctionMembersOfTheSectionAreRefused() => Have.Refused(FormatDiagnostics.BadMapDefinition, With(static b =>
    {
        int type = b.Struct("", 8, Number(b, "type", 1));
        b.DataSec(".maps", 64, (b.Func("f", b.Proto(0)), 0, 8));
        return type;
    }), "no named variable");
}
