// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Interpreter;
using NopTap.Jit.Abi;
using NopTap.Maps;
using NopTap.Verifier;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Soundness;

/// <summary>Whether what a run holds lies within what the verifier knew.</summary>
/// <param name="program">The program that runs.</param>
/// <param name="layout">Its context.</param>
sealed class Containment(BpfProgram program, ContextLayout layout)
{
    readonly Dictionary<int, ulong> _equal = [];
    readonly long[] _fields = [FieldOf(layout, ContextFieldKind.PacketData), FieldOf(layout, ContextFieldKind.PacketEnd), FieldOf(layout, ContextFieldKind.PacketMeta)];

    /// <summary>Address of the context of the run.</summary>
    public ulong Context { get; set; }

    /// <summary>Why a state does not contain the run; null when it does.</summary>
    /// <param name="state">What was known.</param>
    /// <param name="step">The run.</param>
    /// <param name="first">Frame of the run at which the state begins.</param>
    public string? Check(Snapshot state, in StepView step, int first)
    {
        _equal.Clear();
        for (int f = 0; f < state.Frames.Length; f++)
        {
            FrameSnapshot frame = state.Frames[f];
            for (int register = 0; register < 10; register++)
            {
                ref RegisterState known = ref frame.Registers[register];
                if (known.Kind == RegisterKind.NotWritten)
                    continue;
                ulong value = f == state.Frames.Length - 1 ? step.Registers[register] : step.Kept(first + f, register);
                if (Holds(known, value, step, first) is string why)
                    return $"frame {f} r{register} is 0x{value:x}, known as {known}: {why}";
            }

            if (StackHolds(frame, step, first, f) is string reason)
                return reason;
        }

        return null;
    }

    string? StackHolds(FrameSnapshot frame, in StepView step, int first, int index)
    {
        ulong top = step.Kept(first + index, 10);
        for (int slot = 0; slot < frame.Kinds.Length; slot++)
        {
            ulong kinds = frame.Kinds[slot];
            ulong word = GuestMemory.Load(top - (ulong)((slot + 1) * 8), 8);
            int spilled = 0;
            for (int i = 0; i < 8; i++)
            {
                byte kind = SlotKinds.At(kinds, i);
                spilled += kind == SlotKinds.SpillByte && spilled == i ? 1 : 0;
                if (kind == SlotKinds.ZeroByte && (byte)(word >> (i * 8)) != 0)
                    return string.Create(CultureInfo.InvariantCulture, $"frame {index} byte {i} of slot {slot} is not zero: 0x{word:x}");
            }

            if (spilled == 0 || frame.Spills[slot].Kind == RegisterKind.NotWritten)
                continue;
            ulong value = spilled == 8 ? word : word & ((1UL << (spilled * 8)) - 1);
            if (Holds(frame.Spills[slot], value, step, first) is string why)
                return string.Create(CultureInfo.InvariantCulture, $"frame {index} slot {slot} holds 0x{value:x}, known as {frame.Spills[slot]}: {why}");
        }

        return null;
    }

    string? Holds(in RegisterState known, ulong value, in StepView step, int first)
    {
        if (known.Kind == RegisterKind.Scalar)
            return !known.Range.Contains(value) ? "outside of the range" : EqualNames(known.Id, value);
        if (value == 0)
            return known.Nullable ? null : "null";
        // Of an address that may be null the variable part is that of the other case.
        ulong variable = value - (ulong)known.Offset;
        switch (known.Kind)
        {
            case RegisterKind.Stack:
                return Within(known, variable - step.Kept(first + known.Index, 10));
            case RegisterKind.Context:
                return Within(known, variable - Context);
            case RegisterKind.Map:
                return IsInner(known) || value == (ulong)step.Program.Imports.Maps[known.Index] ? null : "another map";
            case RegisterKind.MapValue:
                return MapValue(known, variable);
            case RegisterKind.Function:
                return value == ProgramInterpreter.TokenOf(known.Index) ? null : "another function";
            case RegisterKind.PacketEnd:
                return Within(known, variable - Field(1));
            case RegisterKind.Packet:
                return Packet(known, variable, Field(0), Field(1));
            case RegisterKind.PacketMeta:
                return Packet(known, variable, Field(2), Field(0));
            default:
                return null;
        }
    }

    // Values of the same name are equal, those of addresses but for their constant parts.
    string? EqualNames(int id, ulong value)
    {
        if (id == 0 || _equal.TryAdd(id, value) || _equal[id] == value)
            return null;
        return $"another with its name is 0x{_equal[id]:x}";
    }

    static string? Within(in RegisterState known, ulong variable) =>
        known.Range.Contains(variable) ? null : string.Create(CultureInfo.InvariantCulture, $"the variable part is {(long)variable}");

    bool IsInner(in RegisterState known) => known.Index >= program.Maps.Length || known.Index < 0 || program.Maps[known.Index].Spec.Inner is not null;

    string? MapValue(in RegisterState known, ulong variable)
    {
        if (known.Index < 0 || known.Index >= program.Maps.Length)
            return null;
        BpfMap map = program.Maps[known.Index];
        // What may lie outside of its value says nothing of whose it is.
        if (known.Range.SMin < 0 || known.Offset < 0 || known.Range.UMax >= map.Spec.ValueSize || known.Range.UMax + (ulong)known.Offset >= map.Spec.ValueSize)
            return null;
        if (!map.TryFindValue(variable + (ulong)known.Offset, out MemoryWindow value))
            return $"no value of map '{map.Name}'";
        return Within(known, variable - value.Start);
    }

    string? Packet(in RegisterState known, ulong variable, ulong start, ulong end)
    {
        if (Within(known, variable - start) is string outside)
            return outside;
        if (known.Size > 0 && (end < variable || end - variable < (ulong)known.Size))
            return string.Create(CultureInfo.InvariantCulture, $"{known.Size} bytes are known, {end - variable} are there");
        return EqualNames(known.Id, variable);
    }

    ulong Field(int index) => GuestMemory.Load(Context + (ulong)_fields[index], 8);

    static long FieldOf(ContextLayout layout, ContextFieldKind kind) => layout.Fields.FirstOrDefault(field => field.Kind == kind)?.NativeOffset ?? 0;
}
