// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Formats.Elf;

/// <summary>A relocatable ELF64 little-endian file for the BPF machine, every offset in it checked.</summary>
sealed class ElfFile
{
    const ushort MachineBpf = 247;
    const ushort TypeRelocatable = 1;
    const int HeaderSize = 64;
    const int SectionHeaderSize = 64;
    const int SymbolSize = 24;
    const int RelocationSize = 16;
    const uint ExtendedIndex = 0xffff;

    static ReadOnlySpan<byte> Magic => "\u007fELF"u8;

    readonly ReadOnlyMemory<byte> _data;
    readonly Dictionary<string, ElfSection> _byName = [];
    readonly Dictionary<uint, List<ElfSection>> _relocationSections = [];

    ElfFile(string name, ReadOnlyMemory<byte> data)
    {
        Name = name;
        _data = data;
    }

    /// <summary>Label of the file, for diagnostics.</summary>
    public string Name { get; }

    /// <summary>The section table; entry 0 is the null section.</summary>
    public ImmutableArray<ElfSection> Sections { get; private set; } = [];

    /// <summary>The symbol table; empty when there is none.</summary>
    public ImmutableArray<ElfSymbol> Symbols { get; private set; } = [];

    /// <summary>Bytes from which on <see cref="MayBegin"/> tells.</summary>
    public const int IdentitySize = 20;

    /// <summary>Whether a file that begins with these bytes may be an object for the BPF machine.</summary>
    /// <param name="bytes">The first <see cref="IdentitySize"/> bytes or more.</param>
    public static bool MayBegin(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic) && BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]) == MachineBpf;

    /// <summary>Reads the section and symbol tables.</summary>
    public static ElfFile Read(ReadOnlyMemory<byte> data, string name)
    {
        var file = new ElfFile(name, data);
        file.CheckIdentity();
        file.Sections = file.ReadSections();
        file.CheckOverlap();
        file.IndexSections();
        file.Symbols = file.ReadSymbols();
        return file;
    }

    /// <summary>First section of a name, or null.</summary>
    public ElfSection? FindSection(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Bytes of a section; empty for one that takes no room in the file.</summary>
    public ReadOnlySpan<byte> Bytes(ElfSection section) => Memory(section).Span;

    /// <summary>The same bytes, to be kept.</summary>
    public ReadOnlyMemory<byte> Memory(ElfSection section) =>
        section.HasBytes ? _data.Slice((int)section.Offset, (int)section.Size) : default;

    /// <summary>Relocations of a section in order of offset.</summary>
    public ImmutableArray<ElfRelocation> RelocationsOf(ElfSection target)
    {
        var relocations = ImmutableArray.CreateBuilder<ElfRelocation>();
        foreach (ElfSection section in _relocationSections.GetValueOrDefault((uint)target.Index) ?? [])
        {
            if (section.Type == ElfSection.TypeRela)
                throw BadRelocation(section, 0, "relocations with explicit addends (RELA)", "build the object with clang, which writes REL");
            ReadRelocations(section, target, relocations);
        }

        relocations.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        return relocations.ToImmutable();
    }

    void CheckIdentity()
    {
        ReadOnlySpan<byte> data = _data.Span;
        if (data.Length < HeaderSize || !data.StartsWith(Magic))
        {
            throw Fault.At(FormatDiagnostics.NotElf, Fault.In(Name), $"{data.Length} bytes without an ELF header",
                "give a .bpf.o file that clang -target bpf wrote");
        }

        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(data[16..]);
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(data[18..]);
        string? fault = data[4] != 2 ? "a 32-bit ELF file"
            : data[5] != 1 ? "a big-endian ELF file"
            : machine != MachineBpf ? $"machine {machine} instead of {MachineBpf} (BPF)"
            : type != TypeRelocatable ? $"ELF type {type} instead of {TypeRelocatable} (relocatable)"
            : null;
        if (fault is not null)
            throw Fault.At(FormatDiagnostics.NotBpfObject, Fault.In(Name), fault, "compile with clang -target bpfel -c");
    }

    ImmutableArray<ElfSection> ReadSections()
    {
        ReadOnlySpan<byte> data = _data.Span;
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(data[40..]);
        ushort entrySize = BinaryPrimitives.ReadUInt16LittleEndian(data[58..]);
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(data[60..]);
        uint namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(data[62..]);
        if (entrySize != SectionHeaderSize)
            throw BadTable($"entries of {entrySize} bytes instead of {SectionHeaderSize}");
        if (table > (ulong)data.Length || (ulong)data.Length - table < SectionHeaderSize)
            throw BadTable($"the table begins at 0x{table:x}, the file has 0x{data.Length:x} bytes");
        ReadOnlySpan<byte> headers = data[(int)table..];

        // More sections than 16 bits can count: the true numbers stand in section 0.
        if (count == 0)
            count = BinaryPrimitives.ReadUInt64LittleEndian(headers[32..]);
        if (namesIndex == ExtendedIndex)
            namesIndex = BinaryPrimitives.ReadUInt32LittleEndian(headers[40..]);
        if (count > (ulong)(headers.Length / SectionHeaderSize))
            throw BadTable($"{count} sections do not fit behind offset 0x{table:x}");
        if (namesIndex >= count)
            throw BadTable($"section names are in section {namesIndex} of {count}");

        StringTable names = NameTable(headers.Slice((int)namesIndex * SectionHeaderSize, SectionHeaderSize), (int)namesIndex);
        var sections = ImmutableArray.CreateBuilder<ElfSection>((int)count);
        for (int index = 0; index < (int)count; index++)
        {
            ReadOnlySpan<byte> header = headers.Slice(index * SectionHeaderSize, SectionHeaderSize);
            string name = index == 0 ? "" : ReadString(names, BinaryPrimitives.ReadUInt32LittleEndian(header), $"name of section {index}");
            ElfSection section = ParseHeader(header, index, name);
            CheckExtent(section);
            sections.Add(section);
        }

        return sections.MoveToImmutable();
    }

    // Sections of an honest file share no bytes. Crafted ones could each be the whole file, and each is copied where it is used.
    void CheckOverlap()
    {
        ulong left = (ulong)_data.Length;
        foreach (ElfSection section in Sections)
        {
            if (!section.HasBytes)
                continue;
            if (section.Size > left)
            {
                throw Fault.At(FormatDiagnostics.SectionOutOfFile, Fault.In(Name, section.Name),
                    $"the sections up to this one have more bytes together than the file, {_data.Length}", "sections overlap: the file is damaged; build it again");
            }

            left -= section.Size;
        }
    }

    void IndexSections()
    {
        foreach (ElfSection section in Sections)
        {
            _byName.TryAdd(section.Name, section);
            if (section.Type is not (ElfSection.TypeRel or ElfSection.TypeRela))
                continue;
            if (!_relocationSections.TryGetValue(section.Info, out List<ElfSection>? sections))
                _relocationSections.Add(section.Info, sections = []);
            sections.Add(section);
        }
    }

    StringTable NameTable(ReadOnlySpan<byte> header, int index)
    {
        ElfSection section = ParseHeader(header, index, $"{index}");
        if (section.Type != ElfSection.TypeStrings)
            throw BadTable($"section names are in section {index}, which is no string table");
        CheckExtent(section);
        return new StringTable(Memory(section));
    }

    static ElfSection ParseHeader(ReadOnlySpan<byte> header, int index, string name) => new(
        index,
        name,
        Type: BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
        Flags: BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
        Offset: BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
        Size: BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
        Link: BinaryPrimitives.ReadUInt32LittleEndian(header[40..]),
        Info: BinaryPrimitives.ReadUInt32LittleEndian(header[44..]));

    void CheckExtent(ElfSection section)
    {
        ulong length = (ulong)_data.Length;
        if (section.HasBytes && (section.Offset > length || section.Size > length - section.Offset))
        {
            throw Fault.At(FormatDiagnostics.SectionOutOfFile, Fault.In(Name, section.Name),
                $"{section.Size} bytes at 0x{section.Offset:x}, but the file has {length}", "the file is cut short; copy or build it again");
        }
    }

    ImmutableArray<ElfSymbol> ReadSymbols()
    {
        ElfSection? table = null;
        foreach (ElfSection section in Sections)
        {
            if (section.Type == ElfSection.TypeSymbols)
            {
                table = section;
                break;
            }
        }

        if (table is null)
            return [];
        ReadOnlySpan<byte> bytes = Bytes(table);
        if (bytes.Length % SymbolSize != 0)
            throw BadSymbol(table, 0, $"{bytes.Length} bytes are not a multiple of {SymbolSize}");
        if (table.Link >= Sections.Length || Sections[(int)table.Link].Type != ElfSection.TypeStrings)
            throw BadSymbol(table, 0, $"names are in section {table.Link}, which is no string table");
        var names = new StringTable(Memory(Sections[(int)table.Link]));
        var symbols = ImmutableArray.CreateBuilder<ElfSymbol>(bytes.Length / SymbolSize);
        for (int at = 0; at < bytes.Length; at += SymbolSize)
            symbols.Add(ReadSymbol(table, bytes.Slice(at, SymbolSize), names, at));
        return symbols.MoveToImmutable();
    }

    ElfSymbol ReadSymbol(ElfSection table, ReadOnlySpan<byte> entry, StringTable names, int at)
    {
        uint nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        ushort section = BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]);
        if (section == ExtendedIndex || (section >= Sections.Length && section < ElfSymbol.ReservedSections))
            throw BadSymbol(table, at, $"symbol {at / SymbolSize} is in section {section} of {Sections.Length}");
        return new ElfSymbol(
            nameOffset == 0 ? "" : ReadString(names, nameOffset, $"name of symbol {at / SymbolSize}"),
            Value: BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
            Size: BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
            Info: entry[4],
            Other: entry[5],
            section);
    }

    void ReadRelocations(ElfSection section, ElfSection target, ImmutableArray<ElfRelocation>.Builder relocations)
    {
        ReadOnlySpan<byte> bytes = Bytes(section);
        if (bytes.Length % RelocationSize != 0)
            throw BadRelocation(section, 0, $"{bytes.Length} bytes are not a multiple of {RelocationSize}", "build the object again");
        for (int at = 0; at < bytes.Length; at += RelocationSize)
        {
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 8)..]);
            uint symbol = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 12)..]);
            if (symbol >= Symbols.Length)
                throw BadRelocation(section, at, $"symbol {symbol} of {Symbols.Length}", "build the object again");
            var relocation = new ElfRelocation(offset, type, Symbols[(int)symbol]);
            if (offset > target.Size || target.Size - offset < (ulong)relocation.Width)
            {
                throw BadRelocation(section, at, $"patches offset 0x{offset:x} of section '{target.Name}', which has 0x{target.Size:x} bytes",
                    "build the object again");
            }

            relocations.Add(relocation);
        }
    }

    string ReadString(StringTable table, uint offset, string what)
    {
        return table.TryGet(offset, out string text)
            ? text
            : throw Fault.At(FormatDiagnostics.BadString, Fault.In(Name), $"{what} is at offset {offset} of a string table of {table.Length} bytes",
                "the file is damaged; build it again");
    }

    BpfFormatException BadTable(string message) =>
        Fault.At(FormatDiagnostics.BadSectionTable, Fault.In(Name), $"section table: {message}", "the file is cut short or damaged; build it again");

    BpfFormatException BadSymbol(ElfSection table, int at, string message) =>
        Fault.At(FormatDiagnostics.BadSymbol, Fault.In(Name, table.Name, at), message, "the file is damaged; build it again");

    BpfFormatException BadRelocation(ElfSection section, int at, string message, string hint) =>
        Fault.At(FormatDiagnostics.BadRelocation, Fault.In(Name, section.Name, at), message, hint);
}
