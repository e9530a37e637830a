// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections;
using System.Collections.Immutable;
using NopTap.Formats.Elf;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>An executable section: its slots, relocations and functions.</summary>
sealed class CodeSection
{
    readonly Dictionary<int, ElfRelocation> _relocations = [];
    readonly Dictionary<int, CodeFunction> _byStart = [];
    readonly BitArray _secondHalves;

    public CodeSection(ElfFile file, ElfSection section)
    {
        Section = section;
        ReadOnlySpan<byte> bytes = file.Bytes(section);
        if (bytes.Length % Instruction.Size != 0)
        {
            throw Fault.At(FormatDiagnostics.BadCodeSize, Fault.In(file.Name, section.Name),
                $"{bytes.Length} bytes of code are not a multiple of {Instruction.Size}", "the file is damaged; build it again");
        }

        Slots = Decode(bytes);
        _secondHalves = new BitArray(Slots.Length);
        foreach (ElfRelocation relocation in file.RelocationsOf(section))
        {
            int slot = (int)(relocation.Offset / Instruction.Size);
            if (relocation.Offset % Instruction.Size != 0 || !_relocations.TryAdd(slot, relocation))
            {
                throw Fault.At(FormatDiagnostics.BadRelocation, Fault.In(file.Name, section.Name, (long)relocation.Offset),
                    "a relocation does not begin at an instruction, or two begin at one", "build the object again");
            }
        }
    }

    public ElfSection Section { get; }

    public string Name => Section.Name;

    public ImmutableArray<Instruction> Slots { get; }

    /// <summary>Functions in order of start.</summary>
    public ImmutableArray<CodeFunction> Functions { get; private set; } = [];

    /// <summary>Relocation at a slot.</summary>
    public bool TryGetRelocation(int slot, out ElfRelocation relocation) => _relocations.TryGetValue(slot, out relocation);

    /// <summary>Function that begins at a slot, or null; of several names for one function the first in the symbol table.</summary>
    public CodeFunction? FunctionStartingAt(int slot) => _byStart.GetValueOrDefault(slot);

    /// <summary>Whether a slot of some function begins an instruction, rather than being the second half of a wide load.</summary>
    public bool IsBoundary(int slot) => !_secondHalves[slot];

    /// <summary>A function that holds a slot, or null.</summary>
    public CodeFunction? FunctionAt(int slot)
    {
        // Functions overlap only as aliases of one another, so the last that begins before the slot is one of those that hold it.
        int low = 0;
        int high = Functions.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Functions[middle].Start <= slot)
                low = middle + 1;
            else
                high = middle;
        }

        return low != 0 && slot < Functions[low - 1].End ? Functions[low - 1] : null;
    }

    /// <summary>Takes the functions that the symbol table places here.</summary>
    public void SetFunctions(IEnumerable<CodeFunction> functions)
    {
        Functions = [.. functions.OrderBy(static f => f.Start)];
        int scanned = 0;
        foreach (CodeFunction function in Functions)
        {
            _byStart.TryAdd(function.Start, function);
            for (int slot = Math.Max(scanned, function.Start); slot < function.End; slot += Slots[slot].SlotCount)
            {
                if (Slots[slot].IsWideLoad && slot + 1 < Slots.Length)
                    _secondHalves[slot + 1] = true;
            }

            scanned = Math.Max(scanned, function.End);
        }
    }

    static ImmutableArray<Instruction> Decode(ReadOnlySpan<byte> bytes)
    {
        var slots = ImmutableArray.CreateBuilder<Instruction>(bytes.Length / Instruction.Size);
        for (int at = 0; at < bytes.Length; at += Instruction.Size)
            slots.Add(DecodeOne(bytes[at..]));
        return slots.MoveToImmutable();
    }

    /// <summary>Reads one slot.</summary>
    public static Instruction DecodeOne(ReadOnlySpan<byte> bytes) => new(
        bytes[0], bytes[1], BinaryPrimitives.ReadInt16LittleEndian(bytes[2..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]));
}
