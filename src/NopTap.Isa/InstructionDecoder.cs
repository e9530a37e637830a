// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace NopTap.Isa;

/// <summary>Bytes of BPF code to slots and back (RFC 9669, section 3; little endian).</summary>
public static class InstructionDecoder
{
    /// <summary>Reads slots; their number must be whole and no wide load may be cut. Instructions are not checked otherwise.</summary>
    /// <param name="code">The bytes.</param>
    /// <param name="program">The slots; empty when the bytes are refused.</param>
    /// <param name="diagnostic">Why the bytes are refused.</param>
    /// <param name="place">Where the bytes are.</param>
    public static bool TryDecode(
        ReadOnlySpan<byte> code, out ImmutableArray<Instruction> program, out Diagnostic? diagnostic, DiagnosticPlace place = default)
    {
        program = [];
        if (code.Length % Instruction.Size != 0)
        {
            diagnostic = IsaDiagnostics.PartialSlot.At(
                place, $"{code.Length} bytes of code are no multiple of {Instruction.Size}", "the code was cut; rebuild the object");
            return false;
        }

        var slots = new Instruction[code.Length / Instruction.Size];
        for (int n = 0; n < slots.Length; n++)
            slots[n] = Decode(code[(n * Instruction.Size)..]);
        for (int n = 0; n < slots.Length; n += slots[n].SlotCount)
        {
            if (!slots[n].IsWideLoad || n + 1 < slots.Length)
                continue;
            diagnostic = InstructionFaults.Describe(InstructionFault.SecondSlotMissing, slots[n], null, place with { Instruction = n });
            return false;
        }

        program = ImmutableCollectionsMarshal.AsImmutableArray(slots);
        diagnostic = null;
        return true;
    }

    /// <summary>Reads slots; their number must be whole and no wide load may be cut. Instructions are not checked otherwise.</summary>
    /// <param name="code">The bytes.</param>
    /// <param name="place">Where the bytes are.</param>
    /// <exception cref="BpfFormatException">The bytes are cut.</exception>
    public static ImmutableArray<Instruction> Decode(ReadOnlySpan<byte> code, DiagnosticPlace place) =>
        TryDecode(code, out ImmutableArray<Instruction> program, out Diagnostic? diagnostic, place)
            ? program : throw new BpfFormatException(diagnostic!);

    /// <summary>Reads one slot.</summary>
    /// <param name="slot">At least 8 bytes.</param>
    public static Instruction Decode(ReadOnlySpan<byte> slot) => new(
        slot[0], slot[1], BinaryPrimitives.ReadInt16LittleEndian(slot[2..]), BinaryPrimitives.ReadInt32LittleEndian(slot[4..]));

    /// <summary>Writes one slot.</summary>
    /// <param name="instruction">The slot.</param>
    /// <param name="destination">At least 8 bytes.</param>
    public static void Encode(in Instruction instruction, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], instruction.Immediate);
        BinaryPrimitives.WriteInt16LittleEndian(destination[2..], instruction.Offset);
        destination[1] = instruction.Registers;
        destination[0] = instruction.Opcode;
    }

    /// <summary>Writes slots.</summary>
    /// <param name="program">The slots.</param>
    public static byte[] Encode(ReadOnlySpan<Instruction> program)
    {
        byte[] code = new byte[program.Length * Instruction.Size];
        for (int n = 0; n < program.Length; n++)
            Encode(program[n], code.AsSpan(n * Instruction.Size));
        return code;
    }
}
