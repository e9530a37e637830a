// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>
/// Links one entry: copies it and each subprogram that it reaches, once, in the order in which libbpf would append them, and resolves every
/// reference in them. Before: an object's parts, read. After: a program without relocations, and where each of its functions came from.
/// </summary>
sealed class ProgramLinker
{
    readonly LinkContext _context;
    readonly CodeFunction _entry;
    readonly ReferenceResolver _resolver;
    readonly List<Instruction> _slots = [];
    readonly List<PlacedFunction> _placed = [];
    readonly Dictionary<CodeFunction, int> _starts = [];
    readonly List<MapReference> _references = [];
    readonly List<MissingReference> _missing = [];

    ProgramLinker(LinkContext context, CodeFunction entry)
    {
        _context = context;
        _entry = entry;
        _resolver = new ReferenceResolver(context, entry.Name);
    }

    public static LinkedProgram Link(LinkContext context, CodeFunction entry)
    {
        var linker = new ProgramLinker(context, entry);
        linker.LinkCode();
        return linker.Finish();
    }

    void LinkCode()
    {
        // Depth first, by hand: a hostile object's call chain is as long as its file.
        var open = new Stack<(PlacedFunction Function, int Slot)>();
        open.Push((Place(_entry), 0));
        while (open.TryPop(out (PlacedFunction Function, int Slot) top))
        {
            PlacedFunction current = top.Function;
            for (int slot = top.Slot; slot < current.Function.Length;)
            {
                Instruction instruction = current.Function.Section.Slots[current.Function.Start + slot];
                Reference reference = _resolver.Resolve(current.Function, current.Function.Start + slot, instruction);
                if (reference.Function is { } callee && !_starts.ContainsKey(callee))
                {
                    open.Push((current, slot));
                    open.Push((Place(callee), 0));
                    break;
                }

                Patch(current.Start + slot, instruction, reference);
                slot += instruction.SlotCount;
            }
        }

        _references.Sort(static (a, b) => a.Instruction.CompareTo(b.Instruction));
    }

    PlacedFunction Place(CodeFunction function)
    {
        _context.Budget.Charge(function.Length, _entry.Name);
        _context.Budget.CheckProgram((long)_slots.Count + function.Length, _entry.Name);
        var placed = new PlacedFunction(function, _slots.Count);
        _placed.Add(placed);
        _starts.Add(function, _slots.Count);
        _slots.AddRange(function.Section.Slots.AsSpan(function.Start, function.Length));
        return placed;
    }

    void Patch(int slot, Instruction instruction, Reference reference)
    {
        if (reference.Missing is string name)
            _missing.Add(new MissingReference(slot, name, reference.Reason!));
        switch (reference.Kind)
        {
            case ReferenceKind.None:
                break;
            case ReferenceKind.Function when instruction.IsWideLoad:
                SetWide(slot, instruction, PseudoSource.Function, _starts[reference.Function!] - slot - 1, 0);
                break;
            case ReferenceKind.Function:
                _slots[slot] = With(instruction, PseudoSource.ProgramCall, _starts[reference.Function!] - slot - 1);
                break;
            case ReferenceKind.Map:
                SetWide(slot, instruction, PseudoSource.MapIndex, reference.MapIndex, 0);
                _references.Add(new MapReference(slot, reference.MapIndex, IsValue: false, 0));
                break;
            case ReferenceKind.MapValue:
                SetWide(slot, instruction, PseudoSource.MapIndexValue, reference.MapIndex, (int)reference.Offset);
                _references.Add(new MapReference(slot, reference.MapIndex, IsValue: true, reference.Offset));
                break;
            case ReferenceKind.KernelFunction when instruction.IsWideLoad:
                // bpf_ksym_exists: only whether it is zero is asked.
                SetWide(slot, instruction, PseudoSource.Constant, reference.KernelFunction, 0);
                break;
            case ReferenceKind.KernelFunction:
                _slots[slot] = With(instruction, PseudoSource.HelperCall, reference.KernelFunction);
                break;
            case ReferenceKind.Absent when instruction.IsWideLoad:
                SetWide(slot, instruction, PseudoSource.Constant, 0, 0);
                break;
            case ReferenceKind.Absent:
                // Kernel function 0 does not exist: the verifier refuses it where a path reaches it.
                _slots[slot] = With(instruction, PseudoSource.KfuncCall, 0);
                break;
        }
    }

    void SetWide(int slot, Instruction instruction, byte source, int low, int high)
    {
        _slots[slot] = With(instruction, source, low);
        _slots[slot + 1] = _slots[slot + 1] with { Immediate = high };
    }

    static Instruction With(Instruction instruction, byte source, int immediate) =>
        instruction with { Registers = (byte)((instruction.Registers & 0xf) | (source << 4)), Immediate = immediate };

    LinkedProgram Finish()
    {
        SectionConvention convention = SectionConvention.Parse(_entry.Section.Name);
        var program = new ProgramSpec
        {
            Name = _entry.Name,
            SectionName = _entry.Section.Name,
            Type = convention.Type,
            AttachType = convention.AttachType,
            AttachTarget = convention.Target,
            IsSleepable = convention.IsSleepable,
            HasFrags = convention.HasFrags,
            AutoLoad = convention.AutoLoad,
            License = _context.License,
            Instructions = [.. _slots],
            Functions = [.. _placed.Select(DescribeFunction)],
            References = [.. _references],
            Btf = _context.Btf,
        };
        program = SectionGuess.Apply(program);
        program = program with { Functions = [.. program.Functions.Select(function => PrototypeReader.Describe(program, function))] };
        if (_context.Ext is { } ext)
            program = program with { Lines = Lines(ext), CoreRelocations = CoreRelocations(ext) };
        return new LinkedProgram(program with { Missing = [.. _missing.OrderBy(static missing => missing.Instruction)] }, [.. _placed]);
    }

    FunctionSpec DescribeFunction(PlacedFunction placed)
    {
        CodeFunction function = placed.Function;
        int type = 0;
        foreach (BtfExt.FunctionRecord record in Within(_context.Ext?.Functions, function, static r => r.Slot))
        {
            if (record.Slot == function.Start)
                type = record.TypeId;
        }

        bool isGlobal = function != _entry && !function.IsStatic && !function.IsHidden;
        return new FunctionSpec(function.Name, placed.Start, function.Length, isGlobal, type);
    }

    ImmutableArray<LineInfo> Lines(BtfExt ext)
    {
        var lines = ImmutableArray.CreateBuilder<LineInfo>();
        foreach (PlacedFunction placed in _placed)
        {
            int move = placed.Start - placed.Function.Start;
            foreach (BtfExt.LineRecord record in Within(ext.Lines, placed.Function, static r => r.Slot))
                lines.Add(new LineInfo(record.Slot + move, record.File, record.Text, record.Line, record.Column));
        }

        return lines.ToImmutable();
    }

    ImmutableArray<CoreRelocationSpec> CoreRelocations(BtfExt ext)
    {
        const int TargetTypeId = 7; // BPF_CORE_TYPE_ID_TARGET
        const int LastKnown = 12; // BPF_CORE_TYPE_MATCHES
        var relocations = ImmutableArray.CreateBuilder<CoreRelocationSpec>();
        foreach (PlacedFunction placed in _placed)
        {
            int move = placed.Start - placed.Function.Start;
            foreach (BtfExt.CoreRecord record in Within(ext.CoreRelocations, placed.Function, static r => r.Slot))
            {
                if (record.Kind is TargetTypeId or > LastKnown)
                {
                    string type = _context.Btf!.Print(record.TypeId);
                    _missing.Add(new MissingReference(record.Slot + move, type, Absences.OfKernelType(record.Kind, type)));
                }

                relocations.Add(new CoreRelocationSpec(record.Slot + move, record.TypeId, record.Access, (int)record.Kind));
            }
        }

        return relocations.ToImmutable();
    }

    // Records are in order of slot, so those of one function stand together.
    static IEnumerable<T> Within<T>(Dictionary<string, List<T>>? bySection, CodeFunction function, Func<T, int> slotOf)
    {
        if (bySection is null || !bySection.TryGetValue(function.Section.Name, out List<T>? records))
            yield break;
        int low = 0;
        int high = records.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (slotOf(records[middle]) < function.Start)
                low = middle + 1;
            else
                high = middle;
        }

        for (; low < records.Count && slotOf(records[low]) < function.End; low++)
            yield return records[low];
    }
}
