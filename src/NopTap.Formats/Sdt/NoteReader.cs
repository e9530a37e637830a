// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Elf;
using NopTap.Formats.Linking;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>Reads <c>.bpf_sdt_notes</c>.</summary>
/// <remarks>
/// <code>
/// ___sdt_jt_NAME[.SUFFIX]:
///     |address of the site: 8 bytes, R_BPF_64_ABS64|
///     |bf: r1 = rS  or  b7: r1 = imm| |... r2 ...| up to r5
/// </code>
/// The moves are never executed: they say where the arguments are.
/// </remarks>
static class NoteReader
{
    public const string SectionName = ".bpf_sdt_notes";
    public const int MaxArguments = 5;
    const string Prefix = "___sdt_jt_";
    const int AddressSize = 8;
    const byte MoveRegister = Opcode.Alu64 | Opcode.Mov | Opcode.X;
    const byte MoveConstant = Opcode.Alu64 | Opcode.Mov | Opcode.K;
    static readonly Instruction s_nop = new(Opcode.Jmp | Opcode.Ja, 0, 0, 0);

    /// <summary>Notes in order of entry.</summary>
    public static ImmutableArray<SdtNote> Read(ElfFile file, ObjectCode code)
    {
        if (file.FindSection(SectionName) is not { HasBytes: true } section)
            return [];
        var entries = new SdtSection(file, section, code, Prefix);
        var notes = ImmutableArray.CreateBuilder<SdtNote>(entries.Labels.Length);
        var sites = new HashSet<(CodeSection, int)>();
        for (int label = 0; label < entries.Labels.Length; label++)
        {
            SdtNote note = ReadNote(entries, label);
            if (!sites.Add((note.Section, note.Slot)))
            {
                throw Fault.At(FormatDiagnostics.DuplicateSite, entries.Place(label, note.Probe),
                    $"slot {note.Slot} of section '{note.Section.Name}' is a site already", "build the object again");
            }

            notes.Add(note);
        }

        return notes.MoveToImmutable();
    }

    static SdtNote ReadNote(SdtSection entries, int label)
    {
        string symbol = entries.Labels[label].Name;
        string probe = ProbeName.FromSymbol(symbol, Prefix, entries.Place(label));
        DiagnosticPlace place = entries.Place(label, probe);
        ReadOnlySpan<byte> entry = entries.Entry(label);
        if (entry.Length < AddressSize)
            throw Fault.At(FormatDiagnostics.TruncatedNote, place, $"the note has {entry.Length} bytes; the address alone takes {AddressSize}", "build the object again");
        if (entry.Length % Instruction.Size != 0)
            throw Fault.At(FormatDiagnostics.MisalignedNote, place, $"the note has {entry.Length} bytes, no multiple of {Instruction.Size}", "build the object again");
        int count = (entry.Length - AddressSize) / Instruction.Size;
        if (count > MaxArguments)
            throw Fault.At(FormatDiagnostics.TooManyProbeArguments, place, $"the note has {count} arguments; the limit is {MaxArguments}", "pass a pointer to a structure");
        var arguments = ImmutableArray.CreateBuilder<ProbeArgumentSpec>(count);
        for (int i = 1; i <= count; i++)
            arguments.Add(ReadMove(CodeSection.DecodeOne(entry[(i * Instruction.Size)..]), i, entries.Place(label, probe, i * Instruction.Size)));
        (CodeSection section, int slot) = entries.ReadAddress(label, probe, 0);
        if (section.Slots[slot] != s_nop)
        {
            throw Fault.At(FormatDiagnostics.SiteNotNop, place,
                $"slot {slot} of section '{section.Name}' holds opcode 0x{section.Slots[slot].Opcode:x2}, not 'goto +0'", "build the object again");
        }

        return new SdtNote(probe, symbol, section, slot, arguments.MoveToImmutable(), (long)entries.Labels[label].Value);
    }

    static ProbeArgumentSpec ReadMove(Instruction move, int ordinal, DiagnosticPlace place)
    {
        const string Hint = "write notes with the macros of bpf_sdt.h";
        if (move.Opcode is not (MoveRegister or MoveConstant))
            throw Fault.At(FormatDiagnostics.BadNoteMove, place, $"opcode 0x{move.Opcode:x2} of argument {ordinal} is no 64-bit move", Hint);
        if ((int)move.Destination != ordinal)
            throw Fault.At(FormatDiagnostics.BadNoteOrdinal, place, $"argument {ordinal} is marked as number {(int)move.Destination}", Hint);
        bool isConstant = move.Opcode == MoveConstant;
        if ((isConstant ? (int)move.Source : move.Immediate) != 0 || move.Offset != 0)
        {
            throw Fault.At(FormatDiagnostics.BadNoteField, place,
                $"move of argument {ordinal} has source {(int)move.Source}, offset {move.Offset}, immediate {move.Immediate}", Hint);
        }

        if (!isConstant && move.Source > Register.R9)
            throw Fault.At(FormatDiagnostics.BadNoteRegister, place, $"argument {ordinal} is in register {(int)move.Source}", "pass the address in a variable");
        return new ProbeArgumentSpec(isConstant ? default : move.Source, isConstant, isConstant ? move.Immediate : 0);
    }
}
