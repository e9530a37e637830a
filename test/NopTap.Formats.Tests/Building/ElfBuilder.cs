// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace NopTap.Formats.Tests.Building;

/// <summary>Writes small ELF objects, well formed unless told otherwise.</summary>
sealed class ElfBuilder
{
    public const uint ProgramBits = 1;
    public const uint NoBits = 8;
    public const uint Rel = 9;
    public const uint Rela = 4;
    public const ulong Executable = 6;
    public const ulong Writable = 3;
    public const byte GlobalFunction = 0x12;
    public const byte LocalFunction = 0x02;
    public const byte GlobalObject = 0x11;
    public const byte LocalLabel = 0x00;
    public const byte SectionSymbol = 0x03;
    public const byte GlobalUndefined = 0x10;
    public const byte WeakUndefined = 0x20;

    readonly List<Part> _sections = [new("", 0, 0, [])];
    readonly List<Sym> _symbols = [new("", 0, 0, 0, 0, 0)];

    sealed record Part(string Name, uint Type, ulong Flags, byte[] Bytes)
    {
        public ulong? Size { get; init; }

        public uint Link { get; init; }

        public uint Info { get; init; }

        public List<(ulong Offset, uint Type, int Symbol)> Relocations { get; } = [];
    }

    readonly record struct Sym(string Name, int Section, ulong Value, ulong Size, byte Info, byte Other);

    public uint RelocationType { get; set; } = Rel;

    public int Section(string name, byte[] bytes, ulong flags = 0, uint type = ProgramBits, ulong? size = null)
    {
        _sections.Add(new Part(name, type, flags, bytes) { Size = size });
        return _sections.Count - 1;
    }

    public int Symbol(string name, int section, ulong value = 0, ulong size = 0, byte info = GlobalFunction, byte other = 0)
    {
        _symbols.Add(new Sym(name, section, value, size, info, other));
        return _symbols.Count - 1;
    }

    public int SymbolOf(int section) => Symbol("", section, info: SectionSymbol);

    public void Relocate(int section, ulong offset, uint type, int symbol) => _sections[section].Relocations.Add((offset, type, symbol));

    public byte[] Build()
    {
        int original = _sections.Count;
        int symtab = original + _sections.Count(static s => s.Relocations.Count != 0);
        var all = new List<Part>(_sections);
        for (int index = 1; index < original; index++)
        {
            if (_sections[index].Relocations.Count == 0)
                continue;
            byte[] bytes = [.. _sections[index].Relocations.SelectMany(static r => Join(
                U64(r.Offset), U32(r.Type), U32((uint)r.Symbol)))];
            all.Add(new Part(".rel" + _sections[index].Name, RelocationType, 0, bytes) { Link = (uint)symtab, Info = (uint)index });
        }

        var names = new StringPool();
        byte[] symbols = [.. _symbols.SelectMany(s => Join(U32(names.Add(s.Name)), [s.Info, s.Other], U16((ushort)s.Section), U64(s.Value), U64(s.Size)))];
        all.Add(new Part(".symtab", 2, 0, symbols) { Link = (uint)symtab + 1 });
        uint[] nameOffsets = [.. all.Select(s => names.Add(s.Name)), names.Add(".strtab")];
        all.Add(new Part(".strtab", 3, 0, names.ToArray()));
        return Assemble(all, nameOffsets);
    }

    static byte[] Assemble(List<Part> all, uint[] nameOffsets)
    {
        var file = new List<byte>(new byte[64]);
        var offsets = new List<ulong>();
        foreach (Part part in all)
        {
            offsets.Add((ulong)file.Count);
            file.AddRange(part.Bytes);
            file.AddRange(new byte[(8 - (file.Count % 8)) % 8]);
        }

        ulong table = (ulong)file.Count;
        for (int i = 0; i < all.Count; i++)
        {
            Part part = all[i];
            file.AddRange(Join(U32(nameOffsets[i]), U32(part.Type), U64(part.Flags), U64(0), U64(offsets[i]), U64(part.Size ?? (ulong)part.Bytes.Length),
                U32(part.Link), U32(part.Info), U64(1), U64(0)));
        }

        byte[] bytes = [.. file];
        byte[] header = Join(
            [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            U16(1), U16(247), U32(1), U64(0), U64(0), U64(table), U32(0), U16(64), U16(0), U16(0), U16(64), U16((ushort)all.Count), U16((ushort)(all.Count - 1)));
        header.CopyTo(bytes, 0);
        return bytes;
    }

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(static p => p)];

    public static byte[] U16(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>Slots of code: opcode, registers, offset, immediate.</summary>
    public static byte[] Code(params (byte Opcode, byte Registers, short Offset, int Immediate)[] slots) =>
        [.. slots.SelectMany(static s => Join([s.Opcode, s.Registers], U16((ushort)s.Offset), U32((uint)s.Immediate)))];
}
