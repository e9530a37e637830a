// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Elf;
using NopTap.Formats.Linking;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>Reads <c>.bpf_sdt_enabled</c> and finds the site behind each record.</summary>
/// <remarks>
/// <code>
/// ___sdt_en_NAME[.SUFFIX]:
///     |address of the arming instruction: 8 bytes, R_BPF_64_ABS64|address at which the arming jump lands: 8 bytes, R_BPF_64_ABS64|
/// </code>
/// The arming instruction is <c>goto +0</c>, or <c>if r10 == 0 goto</c> that address: a branch that is never taken, and that a verifier
/// which knows nothing of probes follows both ways. The site of a record is the one of its name that execution reaches from the landing
/// place.
/// </remarks>
static class LazyReader
{
    public const string SectionName = ".bpf_sdt_enabled";
    const string Prefix = "___sdt_en_";
    const int EntrySize = 16;

    /// <summary>The record of each lazy site.</summary>
    public static Dictionary<SdtNote, LazyRecord> Read(ElfFile file, ObjectCode code, ImmutableArray<SdtNote> notes, LoadBudget budget)
    {
        var lazy = new Dictionary<SdtNote, LazyRecord>();
        if (file.FindSection(SectionName) is not { HasBytes: true } section)
            return lazy;
        var entries = new SdtSection(file, section, code, Prefix);
        var bySite = notes.ToDictionary(static n => (n.Section, n.Slot));
        var records = new LazyRecord[entries.Labels.Length];
        var arming = new HashSet<(CodeSection, int)>();
        for (int label = 0; label < records.Length; label++)
        {
            LazyRecord record = records[label] = ReadRecord(entries, label);
            if (!arming.Add((record.Section, record.Arming)))
            {
                throw Fault.At(FormatDiagnostics.DuplicateSite, entries.Place(label, record.Probe),
                    $"slot {record.Arming} of section '{record.Section.Name}' arms a probe already", "build the object again");
            }
        }

        for (int label = 0; label < records.Length; label++)
        {
            DiagnosticPlace place = entries.Place(label, records[label].Probe);
            SdtNote site = FindSite(records[label], bySite, arming, budget, place);
            if (!lazy.TryAdd(site, records[label]))
                throw Bad(place, $"it leads to the site '{site.Symbol}', and so does '{lazy[site].Symbol}'");
        }

        return lazy;
    }

    static LazyRecord ReadRecord(SdtSection entries, int label)
    {
        string symbol = entries.Labels[label].Name;
        string probe = ProbeName.FromSymbol(symbol, Prefix, entries.Place(label));
        DiagnosticPlace place = entries.Place(label, probe);
        int size = entries.Entry(label).Length;
        if (size != EntrySize)
            throw Bad(place, $"the record has {size} bytes instead of {EntrySize}");
        (CodeSection section, int arming) = entries.ReadAddress(label, probe, 0);
        (CodeSection targetSection, int target) = entries.ReadAddress(label, probe, EntrySize / 2);
        CodeFunction function = section.FunctionAt(arming)!;
        if (section != targetSection || target < function.Start || target >= function.End)
            throw Bad(place, $"slot {arming} is in another function than the slot {target} to which it leads");
        Instruction instruction = section.Slots[arming];
        bool known = instruction == new Instruction(Opcode.Jmp | Opcode.Ja, 0, 0, 0)
            || (instruction.IsArmingBranch && instruction.JumpTarget(arming) == target);
        if (!known)
            throw Bad(place, $"slot {arming} of section '{section.Name}' is neither 'goto +0' nor 'if r10 == 0 goto' slot {target}");
        return new LazyRecord(probe, symbol, section, arming, target, (long)entries.Labels[label].Value);
    }

    static SdtNote FindSite(
        LazyRecord record, Dictionary<(CodeSection Section, int Slot), SdtNote> bySite, HashSet<(CodeSection, int)> arming, LoadBudget budget,
        DiagnosticPlace place)
    {
        CodeSection section = record.Section;
        CodeFunction function = section.FunctionAt(record.Arming)!;
        var seen = new HashSet<int>();
        var open = new Stack<int>([record.Target]);
        SdtNote? found = null;
        while (open.TryPop(out int slot))
        {
            if (slot < function.Start || slot >= function.End || !seen.Add(slot))
                continue;
            budget.Charge(1, function.Name);
            if (bySite.TryGetValue((section, slot), out SdtNote? note) && note.Probe == record.Probe)
            {
                if (found is not null)
                    throw Bad(place, $"it leads to two sites, '{found.Symbol}' and '{note.Symbol}'");
                found = note;
                continue;
            }

            // An evaluation may itself hold a lazy probe: what stands behind that one's label is not this record's.
            if (arming.Contains((section, slot)))
                open.Push(slot + 1);
            else
                PushSuccessors(section.Slots[slot], slot, open);
        }

        return found ?? throw Fault.At(FormatDiagnostics.LazyRecordWithoutSite, place, $"no site of '{record.Probe}' is reached from slot {record.Target}",
            "use SDT_PROBE, which writes both");
    }

    static void PushSuccessors(Instruction instruction, int slot, Stack<int> open)
    {
        int next = slot + instruction.SlotCount;
        if (!instruction.IsJumpClass || instruction.Operation == Opcode.Call)
        {
            open.Push(next);
            return;
        }

        if (instruction.Operation == Opcode.Exit)
            return;
        bool isLong = instruction.Opcode == (Opcode.Jmp32 | Opcode.Ja);
        open.Push(unchecked(next + (isLong ? instruction.Immediate : instruction.Offset)));
        if (instruction.Operation != Opcode.Ja)
            open.Push(next);
    }

    static BpfFormatException Bad(DiagnosticPlace place, string message) =>
        Fault.At(FormatDiagnostics.BadLazyRecord, place, message, "write lazy probes with SDT_PROBE of bpf_sdt.h");
}
