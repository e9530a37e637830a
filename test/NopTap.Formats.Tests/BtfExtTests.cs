// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Tests.Building;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

public sealed class BtfExtTests
{
    /// <summary>One table with the records of one section.</summary>
    public static byte[] Table(uint recordSize, uint section, params byte[][] records) =>
        Join(U32(recordSize), U32(section), U32((uint)records.Length), Join(records));

    /// <summary>A <c>.BTF.ext</c> section.</summary>
    public static byte[] Ext(byte[]? functions = null, byte[]? lines = null, byte[]? core = null)
    {
        functions ??= [];
        lines ??= [];
        core ??= [];
        return Join(U16(0xeb9f), [1, 0], U32(32), U32(0), U32((uint)functions.Length), U32((uint)functions.Length), U32((uint)lines.Length),
            U32((uint)(functions.Length + lines.Length)), U32((uint)core.Length), functions, lines, core);
    }

    static byte[] With(Func<BtfBuilder, byte[]> ext)
    {
        var elf = new ElfBuilder();
        int code = elf.Section("xdp", Code((0xb7, 0, 0, 0), (0x95, 0, 0, 0)), Executable);
        elf.Symbol("main", code, size: 16);
        var btf = new BtfBuilder();
        btf.Func("main", btf.Proto(btf.Int("int", 4)));
        byte[] bytes = ext(btf);
        elf.Section(".BTF", btf.Build());
        elf.Section(".BTF.ext", bytes);
        return elf.Build();
    }

    static byte[] Line(uint offset, uint file, uint text, uint position) => Join(U32(offset), U32(file), U32(text), U32(position));

    [Fact]
    public void RecordsReachTheirInstructions()
    {
        ProgramSpec program = Have.Accepted(With(static btf =>
        {
            uint section = btf.Strings.Add("xdp");
            uint file = btf.Strings.Add("a.c");
            return Ext(
                Table(8, section, Join(U32(0), U32(3))),
                Table(16, section, Line(0, file, btf.Strings.Add("\treturn 0;"), (31 << 10) | 9), Line(8, file, 0, 32 << 10)));
        })).Program("main");
        Assert.Equal(3, program.Functions[0].BtfTypeId);
        Assert.Equal([new LineInfo(0, "a.c", "\treturn 0;", 31, 9), new LineInfo(1, "a.c", "", 32, 0)], program.Lines);
        Assert.Equal(31, program.LineAt(0)!.Line);
        Assert.Equal(32, program.LineAt(1)!.Line);
    }

    [Fact]
    public void MalformedTablesAreRefused()
    {
        static void Bad(string text, Func<BtfBuilder, byte[]> ext) => Have.Refused(FormatDiagnostics.BadBtfExt, With(ext), text);
        Bad("no header", static _ => [1, 2, 3]);
        Bad("header of", static _ => Join(U16(0xeb9f), [1, 0], U32(4000), new byte[24]));
        Bad("table at offset", static _ => Join(Ext()[..8], U32(0), U32(500), new byte[16]));
        Bad("records of 4 bytes", static btf => Ext(Table(4, btf.Strings.Add("xdp"), U32(0))));
        Bad("records of 10 bytes", static btf => Ext(Table(10, btf.Strings.Add("xdp"), new byte[10])));
        Bad("inside a section header", static _ => Ext(Join(U32(8), U32(0))));
        Bad("0 records", static btf => Ext(Table(8, btf.Strings.Add("xdp"))));
        Bad("1000 records", static btf => Ext(Join(U32(8), U32(btf.Strings.Add("xdp")), U32(1000))));
        Bad("string offset 9999", static _ => Ext(Table(8, 9999, Join(U32(0), U32(3)))));
        Bad("is no function", static btf => Ext(Table(8, btf.Strings.Add("xdp"), Join(U32(0), U32(1)))));
        Bad("is no function", static btf => Ext(Table(8, btf.Strings.Add("xdp"), Join(U32(0), U32(77)))));
        Bad("multiple of 8", static btf => Ext(Table(8, btf.Strings.Add("xdp"), Join(U32(4), U32(3)))));
        Bad("out of order", static btf => Ext(lines: Table(16, btf.Strings.Add("xdp"), Line(8, 0, 0, 0), Line(8, 0, 0, 0))));
        Bad("does not exist", static btf => Ext(core: Table(16, btf.Strings.Add("xdp"), Join(U32(0), U32(99), U32(0), U32(0)))));
    }

    [Fact]
    public void ARelocationOfUnknownKindRefusesWhoComesToIt()
    {
        BpfObjectSpec spec = Have.Accepted(With(static btf => Ext(core: Table(16, btf.Strings.Add("xdp"), Join(U32(0), U32(1), U32(0), U32(99))))));
        MissingReference missing = Assert.Single(spec.Programs[0].Missing);
        Assert.Equal((0, FormatDiagnostics.KernelTypesNeeded.Id), (missing.Instruction, missing.Reason.Id));
        Assert.Contains("kind 99", missing.Reason.Message, StringComparison.Ordinal);
        Assert.Contains(Have.Corpus("formats/refused.bpf.o").Programs.SelectMany(static p => p.Missing), static m => m.Name == "struct task_struct");
    }

    [Theory]
    [InlineData("formats/types.bpf.o")]
    [InlineData("formats/types.clang16.v3.bpf.o")]
    public void RelocationsAgainstTypesStayAsCompiled(string name)
    {
        ProgramSpec core = Have.Corpus(name).Program("core");
        Assert.Contains(core.CoreRelocations, r => r.Access == "0:2" && core.Btf!.Print(r.TypeId) == "struct every" && r.Kind == 0);
        foreach (CoreRelocationSpec relocation in core.CoreRelocations)
        {
            // Offsets 0:2 and 0:11 of struct every, its size, and "exists".
            int have = core.Instructions[relocation.Instruction].Immediate;
            Assert.Contains(have, relocation.Kind == 0 ? new[] { 16, 104, 0 } : [1, 112]);
        }
    }
}
