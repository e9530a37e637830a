// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Words for each <see cref="InstructionFault"/>.</summary>
public static class InstructionFaults
{
    const string Clear = "set it to 0";
    const string Damaged = "the object is damaged or built for a newer instruction set";

    /// <summary>Describes a fault.</summary>
    /// <param name="fault">What <see cref="InstructionChecks"/> found; not <see cref="InstructionFault.None"/>.</param>
    /// <param name="instruction">The instruction at fault.</param>
    /// <param name="second">The slot behind it, if there is one.</param>
    /// <param name="place">Where.</param>
    public static Diagnostic Describe(InstructionFault fault, Instruction instruction, Instruction? second, DiagnosticPlace place)
    {
        string opcode = $"opcode 0x{instruction.Opcode:x2}";
        int destination = (int)instruction.Destination;
        int source = (int)instruction.Source;
        return fault switch
        {
            InstructionFault.UnknownOpcode => IsaDiagnostics.UnknownOpcode.At(place, $"{opcode} names no instruction", Damaged),
            InstructionFault.DestinationNoRegister =>
                IsaDiagnostics.InvalidRegister.At(place, $"destination field of {opcode} is {destination}", "registers are r0 to r10"),
            InstructionFault.SourceNoRegister =>
                IsaDiagnostics.InvalidRegister.At(place, $"source field of {opcode} is {source}", "registers are r0 to r10"),
            InstructionFault.SourceNoKind =>
                IsaDiagnostics.InvalidRegister.At(place, $"source field of {opcode} is {source}, which is no kind of {Kind(instruction)}", Damaged),
            InstructionFault.DestinationReserved => Reserved(place, "destination field", opcode, destination),
            InstructionFault.SourceReserved => Reserved(place, "source field", opcode, source),
            InstructionFault.OffsetReserved => Reserved(place, "offset field", opcode, instruction.Offset),
            InstructionFault.ImmediateReserved => Reserved(place, "immediate field", opcode, instruction.Immediate),
            InstructionFault.OffsetNoVariant =>
                IsaDiagnostics.InvalidVariant.At(place, $"offset field of {opcode} is {instruction.Offset}", OffsetVariants(instruction)),
            InstructionFault.ImmediateNoVariant =>
                IsaDiagnostics.InvalidVariant.At(place, $"immediate field of {opcode} is 0x{instruction.Immediate:x}", ImmediateVariants(instruction)),
            InstructionFault.AtomicWidth =>
                IsaDiagnostics.InvalidVariant.At(place, $"atomic update of {opcode} is {instruction.AccessSize} bytes wide", "updates are 4 or 8 bytes wide"),
            InstructionFault.FramePointerWritten =>
                IsaDiagnostics.FramePointerWritten.At(place, $"{opcode} writes r10, the frame pointer", "copy r10 into another register and change the copy"),
            InstructionFault.SecondSlotMissing =>
                IsaDiagnostics.IncompleteWideLoad.At(place, "wide load is the last slot of the code", "its second half was cut off; rebuild the object"),
            InstructionFault.SecondSlotReserved =>
                IsaDiagnostics.InvalidSecondSlot.At(place, $"second slot of a wide load begins with 0x{second?.Opcode ?? 0:x2}", "only its immediate may be set; rebuild the object"),
            InstructionFault.SecondImmediateReserved =>
                IsaDiagnostics.InvalidSecondSlot.At(place, $"second immediate of a map reference is {second?.Immediate ?? 0}", Clear),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no fault has this number"),
        };
    }

    static Diagnostic Reserved(DiagnosticPlace place, string field, string opcode, int value) =>
        IsaDiagnostics.ReservedField.At(place, $"{field} of {opcode} is {value}, and this instruction does not use it", Clear);

    static string Kind(in Instruction instruction) => instruction.IsWideLoad ? "wide load" : "call";

    static string OffsetVariants(in Instruction instruction) => instruction.Operation == Opcode.Mov
        ? "a move has 0 (plain), 8, 16 or in 64 bits 32 (sign-extending) and 1 (address space)"
        : "a division or remainder has 0 (unsigned) or 1 (signed)";

    static string ImmediateVariants(in Instruction instruction)
    {
        if (instruction.IsAtomic)
            return "atomic operations are add, or, and, xor, exchange, compare-exchange, load-acquire and store-release";
        return instruction.Operation == Opcode.End
            ? "byte orders are changed in 16, 32 or 64 bits" : "addresses are cast from space 0 to 1 (0x10000) or from 1 to 0 (0x1)";
    }
}
