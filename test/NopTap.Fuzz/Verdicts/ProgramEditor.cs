// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

/// <summary>A program whose jumps know the instruction they go to, so that others may come and go between.</summary>
sealed class ProgramEditor
{
    readonly ProgramSpec _program;
    readonly List<(FunctionSpec Spec, Place Start)> _functions = [];

    ProgramEditor(ProgramSpec program) => _program = program;

    /// <summary>One instruction. Several may share a target; one that goes makes its jumpers go to what follows it.</summary>
    public sealed class Place
    {
        public Instruction Instruction;
        public Instruction Second;
        public Place? Target;
        public MapReference? Map;
        public bool Gone;

        /// <summary>Slot in the program that was read; -1 for what was added.</summary>
        public int Slot = -1;

        public Place Copy() => (Place)MemberwiseClone();
    }

    /// <summary>All instructions in order; the last of a function never falls through in a sound program.</summary>
    public List<Place> Places { get; } = [];

    /// <summary>Reads a program. Probes are left out: sites are NOPs, arming sites of lazy ones branch both ways, as may_goto does.</summary>
    public static ProgramEditor Of(ProgramSpec program)
    {
        var editor = new ProgramEditor(program);
        var at = new Place[program.Instructions.Length];
        for (int slot = 0; slot < at.Length; slot += program.Instructions[slot].SlotCount)
        {
            Instruction instruction = program.Instructions[slot];
            at[slot] = new Place { Instruction = instruction, Slot = slot };
            if (instruction.IsWideLoad)
                at[slot].Second = program.Instructions[slot + 1];
            editor.Places.Add(at[slot]);
        }

        foreach (Place place in editor.Places)
        {
            Instruction instruction = place.Instruction;
            if (instruction.IsProgramCall || instruction.IsFunctionReference)
                place.Target = at[instruction.CallTarget(place.Slot)];
            else if (instruction.IsJump)
                place.Target = at[instruction.JumpTarget(place.Slot)];
        }

        foreach (MapReference reference in program.References)
            at[reference.Instruction].Map = reference;
        foreach (FunctionSpec function in program.Functions)
            editor._functions.Add((function, at[function.Start]));
        foreach (ProbeSiteSpec site in program.Probes.SelectMany(probe => probe.Sites).Where(site => site.IsLazy))
        {
            Place arming = at[site.ArmingInstruction];
            arming.Instruction = Ins.MayGoto(0);
            arming.Target = at[site.ArmedTarget];
        }

        return editor;
    }

    /// <summary>Index of the first instruction of each function, and one past the last of all.</summary>
    public int[] Starts()
    {
        int[] starts = new int[_functions.Count + 1];
        for (int i = 0; i < _functions.Count; i++)
            starts[i] = Places.IndexOf(_functions[i].Start);
        starts[^1] = Places.Count;
        return starts;
    }

    /// <summary>Puts an instruction before another; what jumped to that one goes there still.</summary>
    public void Insert(int index, Place place) => Places.Insert(index, place);

    /// <summary>Writes the program.</summary>
    /// <returns>Null where a jump has become too long, or a function has nothing left.</returns>
    public ProgramSpec? Build()
    {
        var slots = new Dictionary<Place, int>(Places.Count);
        int next = 0;
        foreach (Place place in Places)
        {
            slots[place] = next;
            if (!place.Gone)
                next += place.Instruction.SlotCount;
        }

        var code = ImmutableArray.CreateBuilder<Instruction>(next);
        var references = ImmutableArray.CreateBuilder<MapReference>();
        foreach (Place place in Places.Where(place => !place.Gone))
        {
            int slot = code.Count;
            if (!TryAim(place, slot, slots, out Instruction instruction))
                return null;
            code.Add(instruction);
            if (instruction.IsWideLoad)
                code.Add(place.Second);
            if (place.Map is MapReference map)
                references.Add(map with { Instruction = slot });
        }

        var functions = ImmutableArray.CreateBuilder<FunctionSpec>();
        for (int i = 0; i < _functions.Count; i++)
        {
            (FunctionSpec spec, Place start) = _functions[i];
            int end = i + 1 < _functions.Count ? slots[_functions[i + 1].Start] : next;
            if (end == slots[start])
            {
                if (i == 0 || Places.Any(place => !place.Gone && ReferenceEquals(place.Target, start)))
                    return null;
                continue;
            }

            functions.Add(new FunctionSpec(spec.Name, slots[start], end - slots[start], i == 0, spec.BtfTypeId));
        }

        return _program with
        {
            Instructions = code.ToImmutable(),
            References = references.ToImmutable(),
            Functions = functions.ToImmutable(),
            Probes = [],
            Lines = [],
            CoreRelocations = [],
            Btf = null,
        };
    }

    static bool TryAim(Place place, int slot, Dictionary<Place, int> slots, out Instruction instruction)
    {
        instruction = place.Instruction;
        if (place.Target is null)
            return true;
        if (!slots.TryGetValue(place.Target, out int target))
            return false;
        int distance = target - slot - 1;
        if (instruction.IsProgramCall || instruction.IsFunctionReference || instruction.IsLongJump)
        {
            instruction = instruction with { Immediate = distance };
            return true;
        }

        instruction = instruction with { Offset = (short)distance };
        return distance == (short)distance;
    }
}
