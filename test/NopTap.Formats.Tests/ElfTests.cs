// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

public sealed class ElfTests
{
    static readonly byte[] s_return0 = Code((0xb7, 0, 0, 0), (0x95, 0, 0, 0));

    static ElfBuilder Minimal()
    {
        var elf = new ElfBuilder();
        int section = elf.Section("xdp", s_return0, Executable);
        elf.Symbol("main", section, size: 16);
        return elf;
    }

    static byte[] Patched(int offset, params byte[] bytes)
    {
        byte[] file = Minimal().Build();
        bytes.CopyTo(file, offset);
        return file;
    }

    [Fact]
    public void AMinimalObjectIsAProgram()
    {
        BpfObjectSpec spec = Have.Accepted(Minimal().Build());
        ProgramSpec program = Assert.Single(spec.Programs);
        Assert.Equal("main", program.Name);
        Assert.Equal(ProgramType.Xdp, program.Type);
        Assert.Equal(2, program.Instructions.Length);
        Assert.Null(spec.Btf);
        Assert.Equal("", spec.License);
        Assert.Empty(spec.Maps);
    }

    [Fact]
    public void AMissingFileIsADiagnostic()
    {
        Assert.False(BpfObjectSpec.TryLoad(Have.Path("no/such.bpf.o"), out _, out Diagnostic? diagnostic));
        Assert.Equal(FormatDiagnostics.FileUnreadable.Id, diagnostic.Id);
        Assert.Equal(Errno.ENOENT, diagnostic.Errno);
        Assert.False(BpfObjectSpec.TryLoad("", out _, out diagnostic));
        Assert.Equal(FormatDiagnostics.FileUnreadable.Id, diagnostic.Id);
        Assert.False(BpfObjectSpec.TryLoad(Path.GetTempPath(), out _, out diagnostic));
        Assert.Equal(FormatDiagnostics.FileUnreadable.Id, diagnostic.Id);
        Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(Have.Path("no/such.bpf.o")));
    }

    [Fact]
    public void PathStreamAndSpanGiveTheSame()
    {
        string path = Have.Path("formats/types.bpf.o");
        using FileStream stream = File.OpenRead(path);
        BpfObjectSpec fromStream = BpfObjectSpec.Load(stream, "types.bpf.o");
        BpfObjectSpec fromPath = BpfObjectSpec.Load(path);
        Assert.Equal("types.bpf.o", fromPath.Name);
        Assert.Equal(fromPath.Programs.Select(static p => p.Name), fromStream.Programs.Select(static p => p.Name));
        Assert.Equal(fromPath.Programs[0].Instructions, BpfObjectSpec.Load(File.ReadAllBytes(path), "x").Programs[0].Instructions);
        BpfFormatException thrown = Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(new MemoryStream([1, 2, 3]), "three"));
        Assert.Equal("three", thrown.Diagnostic.Place.File);
    }

    [Fact]
    public void OtherFilesAreNoElf()
    {
        Have.Refused(FormatDiagnostics.NotElf, []);
        Have.Refused(FormatDiagnostics.NotElf, "#!/bin/sh"u8.ToArray());
        Have.Refused(FormatDiagnostics.NotElf, Patched(0, 0x7e));
    }

    [Theory]
    [InlineData(4, 1, "32-bit")]
    [InlineData(5, 2, "big-endian")]
    [InlineData(16, 2, "relocatable")]
    [InlineData(18, 62, "machine 62")]
    public void OtherMachinesAreNoBpfObjects(int offset, byte value, string text) =>
        Have.Refused(FormatDiagnostics.NotBpfObject, Patched(offset, value), text);

    [Fact]
    public void EveryProgramOfTheMachineIsRefusedAsSuch()
    {
        int seen = 0;
        foreach (string path in Directory.EnumerateFiles("/usr/bin").Take(50))
        {
            if (!BpfObjectSpec.TryLoad(path, out _, out Diagnostic? diagnostic))
            {
                Assert.Contains(diagnostic.Id, new[] { FormatDiagnostics.NotElf.Id, FormatDiagnostics.NotBpfObject.Id, FormatDiagnostics.FileUnreadable.Id });
                seen++;
            }
        }

        Assert.NotEqual(0, seen);
    }

    [Fact]
    public void ABadSectionTableIsRefused()
    {
        Have.Refused(FormatDiagnostics.BadSectionTable, Patched(40, U64(ulong.MaxValue)), "begins at");
        Have.Refused(FormatDiagnostics.BadSectionTable, Patched(58, 40, 0), "40 bytes");
        Have.Refused(FormatDiagnostics.BadSectionTable, Patched(60, 0xf0, 0xf0), "do not fit");
        Have.Refused(FormatDiagnostics.BadSectionTable, Patched(62, 99, 0), "section 99");
        Have.Refused(FormatDiagnostics.BadSectionTable, Patched(62, 1, 0), "no string table");
    }

    [Fact]
    public void ASectionBeyondTheFileIsRefused()
    {
        byte[] file = Minimal().Build();
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40)) + 64;
        foreach ((int field, ulong value) in new[] { (24, ulong.MaxValue), (24, (ulong)file.Length), (32, ulong.MaxValue), (32, (ulong)file.Length) })
        {
            byte[] bad = [.. file];
            U64(value).CopyTo(bad, header + field);
            Have.Refused(FormatDiagnostics.SectionOutOfFile, bad, "section 'xdp'");
        }
    }

    [Fact]
    public void SectionCountsBeyond16BitsStandInSectionZero()
    {
        byte[] file = Minimal().Build();
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(60));
        U64(count).CopyTo(file, table + 32);
        U32((uint)count - 1).CopyTo(file, table + 40);
        U16(0).CopyTo(file, 60);
        U16(0xffff).CopyTo(file, 62);
        Assert.Equal("main", Have.Accepted(file).Programs[0].Name);
    }

    [Fact]
    public void AStringBeyondItsTableIsRefused()
    {
        byte[] file = Minimal().Build();
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        U32(0xffff).CopyTo(file, table + 64);
        Have.Refused(FormatDiagnostics.BadString, file, "name of section 1");
    }

    [Fact]
    public void StringsThatOverlapToFarMoreThanTheirTableAreRefused()
    {
        var elf = new ElfBuilder();
        int section = elf.Section("xdp", s_return0, Executable);
        elf.Symbol(new string('x', 60_000), section, size: 16);
        for (int i = 0; i < 40; i++)
            elf.Symbol("y", section, info: LocalLabel);
        byte[] file = elf.Build();

        // Each of the forty names is moved into the middle of the long one.
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        int symbols = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(table + (2 * 64) + 24));
        for (int i = 0; i < 40; i++)
            U32((uint)(10 + i)).CopyTo(file, symbols + ((i + 2) * 24));
        Have.Refused(FormatDiagnostics.BadString, file);
    }

    [Fact]
    public void ABadSymbolTableIsRefused()
    {
        byte[] file = Minimal().Build();
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40)) + (2 * 64);
        byte[] odd = [.. file];
        U64(25).CopyTo(odd, table + 32);
        Have.Refused(FormatDiagnostics.BadSymbol, odd, "multiple of 24");
        byte[] names = [.. file];
        U32(1).CopyTo(names, table + 40);
        Have.Refused(FormatDiagnostics.BadSymbol, names, "no string table");
        var elf = Minimal();
        elf.Symbol("lost", 77);
        Have.Refused(FormatDiagnostics.BadSymbol, elf.Build(), "section 77");
        var extended = Minimal();
        extended.Symbol("lost", 0xffff);
        Have.Refused(FormatDiagnostics.BadSymbol, extended.Build());
    }

    [Fact]
    public void BadRelocationsAreRefused()
    {
        static byte[] With(ulong offset, uint type, int symbol, uint relocations = Rel)
        {
            var elf = new ElfBuilder { RelocationType = relocations };
            int section = elf.Section("xdp", s_return0, Executable);
            elf.Symbol("main", section, size: 16);
            elf.Relocate(section, offset, type, symbol);
            return elf.Build();
        }

        Have.Refused(FormatDiagnostics.BadRelocation, With(16, 10, 1), "patches offset 0x10");
        Have.Refused(FormatDiagnostics.BadRelocation, With(ulong.MaxValue, 10, 1));
        Have.Refused(FormatDiagnostics.BadRelocation, With(8, 1, 1), "patches offset 0x8");
        Have.Refused(FormatDiagnostics.BadRelocation, With(0, 10, 9), "symbol 9");
        Have.Refused(FormatDiagnostics.BadRelocation, With(4, 10, 1), "begin at an instruction");
        Have.Refused(FormatDiagnostics.BadRelocation, With(0, 10, 1, Rela), "RELA");
    }
}
