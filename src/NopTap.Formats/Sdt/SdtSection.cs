// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats.Elf;
using NopTap.Formats.Linking;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>A section of labelled entries that hold addresses of instructions.</summary>
sealed class SdtSection
{
    readonly ElfFile _file;
    readonly ElfSection _section;
    readonly ObjectCode _code;
    readonly Dictionary<ulong, ElfRelocation> _relocations = [];

    public SdtSection(ElfFile file, ElfSection section, ObjectCode code, string prefix)
    {
        _file = file;
        _section = section;
        _code = code;
        Labels = [.. file.Symbols
            .Where(s => s.SectionIndex == section.Index && s.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(static s => s.Value)];
        foreach (ElfRelocation relocation in file.RelocationsOf(section))
            _relocations.TryAdd(relocation.Offset, relocation);
        CheckLabels();
    }

    /// <summary>Symbols of the entries in order of offset.</summary>
    public ElfSymbol[] Labels { get; }

    /// <summary>Bytes from a label to the next, or to the end of the section.</summary>
    public ReadOnlySpan<byte> Entry(int label)
    {
        ReadOnlySpan<byte> bytes = _file.Bytes(_section);
        ulong end = label + 1 < Labels.Length ? Labels[label + 1].Value : (ulong)bytes.Length;
        end = Math.Min(end, (ulong)bytes.Length);
        return Labels[label].Value < end ? bytes[(int)Labels[label].Value..(int)end] : [];
    }

    /// <summary>Place of an entry.</summary>
    public DiagnosticPlace Place(int label, string? probe = null, int offset = 0) =>
        Fault.In(_file.Name, _section.Name, (long)Labels[label].Value + offset) with { Probe = probe };

    /// <summary>Reads the address of an instruction at a distance into an entry.</summary>
    public (CodeSection Section, int Slot) ReadAddress(int label, string probe, int offset)
    {
        DiagnosticPlace place = Place(label, probe, offset);
        if (!_relocations.TryGetValue(Labels[label].Value + (ulong)offset, out ElfRelocation relocation) || relocation.Type != ElfRelocation.Absolute64)
        {
            throw Fault.At(FormatDiagnostics.MissingNoteRelocation, place, "the address of the instruction has no relocation of type R_BPF_64_ABS64",
                "keep relocations: do not link or strip the object");
        }

        long addend = BinaryPrimitives.ReadInt64LittleEndian(Entry(label)[offset..]);
        ulong address = unchecked(relocation.Symbol.Value + (ulong)addend);
        if (_code.SectionAt(relocation.Symbol.SectionIndex) is not { } code || address >= code.Section.Size || address % Instruction.Size != 0
            || code.FunctionAt((int)(address / Instruction.Size)) is null || !code.IsBoundary((int)(address / Instruction.Size)))
        {
            throw Fault.At(FormatDiagnostics.NoteOutsideCode, place, $"offset 0x{address:x} of {Describe(relocation.Symbol)} begins no instruction of a function",
                "build the object again");
        }

        return (code, (int)(address / Instruction.Size));
    }

    void CheckLabels()
    {
        var names = new HashSet<string>();
        for (int i = 0; i < Labels.Length; i++)
        {
            if (!names.Add(Labels[i].Name))
            {
                throw Fault.At(FormatDiagnostics.DuplicateSite, Place(i), $"two entries have the symbol '{Labels[i].Name}'",
                    "use SDT_PROBE, which may stand at several places");
            }
        }

        if (_section.Size != 0 && (Labels.Length == 0 || Labels[0].Value != 0))
        {
            throw Fault.At(FormatDiagnostics.NoteWithoutSymbol, Fault.In(_file.Name, _section.Name, 0),
                "the bytes at the start of the section belong to no symbol", "keep the symbol table: do not strip the object");
        }
    }

    string Describe(ElfSymbol symbol) => symbol.SectionIndex < _file.Sections.Length
        ? $"section '{_file.Sections[symbol.SectionIndex].Name}'"
        : $"section {symbol.SectionIndex}";
}
