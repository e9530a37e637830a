// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>
/// Tells whether a slot is a legal instruction of ISA v4 and its later additions: opcode known, variants known, registers exist,
/// unused fields zero (RFC 9669, all conformance groups, plus what <c>uapi/linux/bpf.h</c> added).
/// </summary>
/// <remarks>
/// Values are not judged here: division by a constant zero and shifts by more than the width have a meaning in the instruction set;
/// a verifier may still refuse them. Nothing is allocated unless a fault is described.
/// </remarks>
public static class InstructionChecks
{
    const int CastToArena = 1 << 16;
    const int CastFromArena = 1;

    /// <summary>Looks for the first fault of the instruction at an index, the second slot of a wide load included.</summary>
    /// <param name="program">The program.</param>
    /// <param name="index">Slot of the instruction.</param>
    public static InstructionFault Find(ReadOnlySpan<Instruction> program, int index)
    {
        Instruction first = program[index];
        InstructionFault fault = Find(first);
        if (fault != InstructionFault.None || !first.IsWideLoad)
            return fault;
        return index + 1 < program.Length ? FindInSecond(first, program[index + 1]) : InstructionFault.SecondSlotMissing;
    }

    /// <summary>Looks for the first fault of one slot; of a wide load, the first.</summary>
    /// <param name="instruction">The slot.</param>
    public static InstructionFault Find(in Instruction instruction)
    {
        InstructionFault fault = instruction.Class switch
        {
            Opcode.Alu or Opcode.Alu64 => FindInArithmetic(instruction),
            Opcode.Jmp or Opcode.Jmp32 => FindInJump(instruction),
            Opcode.Ld => FindInLegacyLoad(instruction),
            Opcode.Ldx => FindInLoad(instruction),
            Opcode.St => instruction.Mode == Opcode.Mem ? Unused(instruction, Field.Source) : InstructionFault.UnknownOpcode,
            _ => FindInStore(instruction),
        };
        if (fault != InstructionFault.None)
            return fault;
        return instruction.WrittenRegisters.Contains(Register.R10) ? InstructionFault.FramePointerWritten : InstructionFault.None;
    }

    /// <summary>Checks the instruction at an index and describes its first fault.</summary>
    /// <param name="program">The program.</param>
    /// <param name="index">Slot of the instruction.</param>
    /// <param name="place">Where the program is; the slot is added to it.</param>
    /// <returns>Null when the instruction is legal.</returns>
    public static Diagnostic? Check(ReadOnlySpan<Instruction> program, int index, DiagnosticPlace place = default)
    {
        InstructionFault fault = Find(program, index);
        if (fault == InstructionFault.None)
            return null;
        Instruction? second = index + 1 < program.Length ? program[index + 1] : null;
        return InstructionFaults.Describe(fault, program[index], second, place with { Instruction = index });
    }

    /// <summary>Checks every instruction of a program and describes the first fault.</summary>
    /// <param name="program">The program.</param>
    /// <param name="place">Where the program is; the slot is added to it.</param>
    /// <returns>Null when every instruction is legal.</returns>
    public static Diagnostic? CheckAll(ReadOnlySpan<Instruction> program, DiagnosticPlace place = default)
    {
        for (int index = 0; index < program.Length; index += program[index].SlotCount)
        {
            if (Check(program, index, place) is { } diagnostic)
                return diagnostic;
        }

        return null;
    }

    [Flags]
    enum Field
    {
        None = 0,
        Destination = 1,
        Source = 2,
        Offset = 4,
        Immediate = 8,
    }

    static InstructionFault FindInArithmetic(in Instruction instruction)
    {
        bool register = instruction.UsesSourceRegister;
        switch (instruction.Operation)
        {
            case Opcode.End:
                return FindInByteOrder(instruction);
            case Opcode.Neg:
                return register ? InstructionFault.UnknownOpcode : Unused(instruction, Field.Source | Field.Offset | Field.Immediate);
            case Opcode.Mov when register:
                return FindInMove(instruction);
            case Opcode.Div or Opcode.Mod:
                if (instruction.Offset is not (0 or 1))
                    return InstructionFault.OffsetNoVariant;
                return Unused(instruction, register ? Field.Immediate : Field.Source);
            case > Opcode.End:
                return InstructionFault.UnknownOpcode;
            default:
                return Unused(instruction, Field.Offset | (register ? Field.Immediate : Field.Source));
        }
    }

    static InstructionFault FindInByteOrder(in Instruction instruction)
    {
        // Class ALU64 has the unconditional swap only, whose source bit is clear.
        if (instruction.Class == Opcode.Alu64 && instruction.UsesSourceRegister)
            return InstructionFault.UnknownOpcode;
        if (instruction.Immediate is not (16 or 32 or 64))
            return InstructionFault.ImmediateNoVariant;
        return Unused(instruction, Field.Source | Field.Offset);
    }

    static InstructionFault FindInMove(in Instruction instruction)
    {
        bool wide = instruction.Class == Opcode.Alu64;
        switch (instruction.Offset)
        {
            case 0 or 8 or 16:
            case 32 when wide:
                return Unused(instruction, Field.Immediate);
            case 1 when wide:
                return instruction.Immediate is CastToArena or CastFromArena
                    ? Unused(instruction, Field.None) : InstructionFault.ImmediateNoVariant;
            default:
                return InstructionFault.OffsetNoVariant;
        }
    }

    static InstructionFault FindInJump(in Instruction instruction)
    {
        switch (instruction.Operation)
        {
            case Opcode.Ja:
                if (instruction.UsesSourceRegister)
                    return InstructionFault.UnknownOpcode;
                Field distance = instruction.Class == Opcode.Jmp32 ? Field.Offset : Field.Immediate;
                return Unused(instruction, Field.Destination | Field.Source | distance);
            case Opcode.Call:
                return FindInCall(instruction);
            case Opcode.Exit:
                return instruction.IsExit
                    ? Unused(instruction, Field.Destination | Field.Source | Field.Offset | Field.Immediate) : InstructionFault.UnknownOpcode;
            case Opcode.Jcond:
                return instruction.IsMayGoto
                    ? Unused(instruction, Field.Destination | Field.Source | Field.Immediate) : InstructionFault.UnknownOpcode;
            case > Opcode.Jcond:
                return InstructionFault.UnknownOpcode;
            default:
                return Unused(instruction, instruction.UsesSourceRegister ? Field.Immediate : Field.Source);
        }
    }

    static InstructionFault FindInCall(in Instruction instruction)
    {
        if (instruction.IsRegisterCall)
            return Unused(instruction, Field.Source | Field.Offset | Field.Immediate);
        if (!instruction.IsCall)
            return InstructionFault.UnknownOpcode;
        if ((byte)instruction.Source > PseudoSource.KfuncCall)
            return InstructionFault.SourceNoKind;
        // The offset of a call of a kernel function selects the module that has it.
        return Unused(instruction, instruction.IsKfuncCall ? Field.Destination : Field.Destination | Field.Offset, sourceIsKind: true);
    }

    static InstructionFault FindInLegacyLoad(in Instruction instruction)
    {
        if (instruction.IsWideLoad)
        {
            return (byte)instruction.Source > PseudoSource.MapIndexValue
                ? InstructionFault.SourceNoKind : Unused(instruction, Field.Offset, sourceIsKind: true);
        }

        if (!instruction.IsPacketLoad || instruction.AccessSize == 8)
            return InstructionFault.UnknownOpcode;
        Field unused = Field.Destination | Field.Offset;
        return Unused(instruction, instruction.Mode == Opcode.Abs ? unused | Field.Source : unused);
    }

    static InstructionFault FindInLoad(in Instruction instruction) => instruction.Mode switch
    {
        Opcode.Mem => Unused(instruction, Field.Immediate),
        Opcode.MemSx when instruction.AccessSize < 8 => Unused(instruction, Field.Immediate),
        _ => InstructionFault.UnknownOpcode,
    };

    static InstructionFault FindInStore(in Instruction instruction)
    {
        if (instruction.Mode == Opcode.Mem)
            return Unused(instruction, Field.Immediate);
        if (instruction.Mode != Opcode.Atomic)
            return InstructionFault.UnknownOpcode;
        switch (instruction.Immediate)
        {
            case AtomicOperation.LoadAcquire or AtomicOperation.StoreRelease:
                return Unused(instruction, Field.None);
            case AtomicOperation.Add or AtomicOperation.Or or AtomicOperation.And or AtomicOperation.Xor:
            case AtomicOperation.Add | AtomicOperation.Fetch or AtomicOperation.Or | AtomicOperation.Fetch:
            case AtomicOperation.And | AtomicOperation.Fetch or AtomicOperation.Xor | AtomicOperation.Fetch:
            case AtomicOperation.Exchange or AtomicOperation.CompareExchange:
                return instruction.AccessSize < 4 ? InstructionFault.AtomicWidth : Unused(instruction, Field.None);
            default:
                return InstructionFault.ImmediateNoVariant;
        }
    }

    // Unused fields must be zero; register fields in use must name a register.
    static InstructionFault Unused(in Instruction instruction, Field fields, bool sourceIsKind = false)
    {
        if ((fields & Field.Destination) != 0 && instruction.Destination != 0)
            return InstructionFault.DestinationReserved;
        if (instruction.Destination > Register.R10)
            return InstructionFault.DestinationNoRegister;
        if ((fields & Field.Source) != 0 && instruction.Source != 0)
            return InstructionFault.SourceReserved;
        if (instruction.Source > Register.R10 && !sourceIsKind)
            return InstructionFault.SourceNoRegister;
        if ((fields & Field.Offset) != 0 && instruction.Offset != 0)
            return InstructionFault.OffsetReserved;
        return (fields & Field.Immediate) != 0 && instruction.Immediate != 0 ? InstructionFault.ImmediateReserved : InstructionFault.None;
    }

    static InstructionFault FindInSecond(in Instruction first, in Instruction second)
    {
        if (second.Opcode != 0 || second.Registers != 0 || second.Offset != 0)
            return InstructionFault.SecondSlotReserved;
        bool one = (byte)first.Source is PseudoSource.MapFd or PseudoSource.MapIndex;
        return one && second.Immediate != 0 ? InstructionFault.SecondImmediateReserved : InstructionFault.None;
    }
}
