// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Jit;

sealed partial class FunctionLowering
{
    // r1 = r2; r1 += r3 or a constant: one instruction of three operands. Common for addresses in the frame.
    bool TryLowerSum(int index)
    {
        Instruction move = _program.Instructions[index];
        int next = index + 1;
        if (!move.IsArithmetic || move.Operation != Opcode.Mov || !move.UsesSourceRegister || move.Offset != 0 || next >= _function.End)
            return false;
        Instruction add = _program.Instructions[next];
        if (add.Class != move.Class || add.Operation != Opcode.Add || add.Destination != move.Destination)
            return false;
        if (_labels.IsTarget(next) || move.Source == move.Destination)
            return false;
        Width width = WidthOf(move.Class == Opcode.Alu64);
        Gpr destination = Of(move.Destination);
        if (!add.UsesSourceRegister)
            _writer.Sum(width, destination, Of(move.Source), add.Immediate);
        else
            _writer.Sum(width, destination, Of(move.Source), Of(add.Source == add.Destination ? move.Source : add.Source));
        return true;
    }

    void LowerArithmetic(int index, in Instruction instruction)
    {
        Width width = WidthOf(instruction.Class == Opcode.Alu64);
        Gpr destination = Of(instruction.Destination);
        switch (instruction.Operation)
        {
            case Opcode.Add:
                LowerBinary(BinaryOperation.Add, width, instruction);
                break;
            case Opcode.Sub:
                LowerBinary(BinaryOperation.Sub, width, instruction);
                break;
            case Opcode.Or:
                LowerBinary(BinaryOperation.Or, width, instruction);
                break;
            case Opcode.And:
                LowerBinary(BinaryOperation.And, width, instruction);
                break;
            case Opcode.Xor:
                LowerBinary(BinaryOperation.Xor, width, instruction);
                break;
            case Opcode.Mul:
                LowerMultiply(width, instruction);
                break;
            case Opcode.Div or Opcode.Mod:
                LowerDivision(index, width, instruction);
                break;
            case Opcode.Lsh:
                LowerShift(index, ShiftOperation.Left, width, instruction);
                break;
            case Opcode.Rsh:
                LowerShift(index, ShiftOperation.Right, width, instruction);
                break;
            case Opcode.Arsh:
                LowerShift(index, ShiftOperation.ArithmeticRight, width, instruction);
                break;
            case Opcode.Neg:
                _writer.Negate(width, destination);
                break;
            case Opcode.Mov:
                LowerMove(width, instruction);
                break;
            case Opcode.End:
                LowerByteOrder(instruction);
                break;
            default:
                throw Unknown(instruction);
        }
    }

    void LowerMove(Width width, in Instruction instruction)
    {
        Gpr destination = Of(instruction.Destination);
        Gpr source = Of(instruction.Source);
        if (!instruction.UsesSourceRegister)
            _writer.MoveConstant(destination, width == Width.Bits64 ? (ulong)(long)instruction.Immediate : (uint)instruction.Immediate);
        else if (instruction.Offset != 0)
            _writer.SignExtend(width, destination, source, instruction.Offset);
        else if (width == Width.Bits32 || destination != source)
            _writer.Move(width, destination, source);
    }

    void LowerBinary(BinaryOperation operation, Width width, in Instruction instruction)
    {
        Gpr destination = Of(instruction.Destination);
        if (instruction.UsesSourceRegister)
            _writer.Binary(operation, width, destination, Of(instruction.Source));
        else
            LowerBinaryConstant(operation, width, destination, instruction.Immediate);
    }

    void LowerBinaryConstant(BinaryOperation operation, Width width, Gpr destination, int value)
    {
        switch (operation)
        {
            case BinaryOperation.And when value >= 0:
                // The upper half of the result is 0 either way.
                _writer.Binary(operation, Width.Bits32, destination, value);
                break;
            case not BinaryOperation.And when value == 0:
                ClearUpperHalf(width, destination);
                break;
            case BinaryOperation.Xor when value == -1:
                _writer.Complement(width, destination);
                break;
            case BinaryOperation.Add or BinaryOperation.Sub when value == 128:
                // -128 fits a byte, 128 does not.
                BinaryOperation opposite = operation == BinaryOperation.Add ? BinaryOperation.Sub : BinaryOperation.Add;
                _writer.Binary(opposite, width, destination, -128);
                break;
            default:
                _writer.Binary(operation, width, destination, value);
                break;
        }
    }

    void LowerMultiply(Width width, in Instruction instruction)
    {
        Gpr destination = Of(instruction.Destination);
        int value = instruction.Immediate;
        if (instruction.UsesSourceRegister)
            _writer.Multiply(width, destination, Of(instruction.Source));
        else if (value == 0)
            _writer.MoveConstant(destination, 0);
        else if (value == 1)
            ClearUpperHalf(width, destination);
        else if (value > 0 && int.IsPow2(value))
            _writer.Shift(ShiftOperation.Left, width, destination, int.Log2(value));
        else
            _writer.Multiply(width, destination, destination, value);
    }

    void LowerShift(int index, ShiftOperation operation, Width width, in Instruction instruction)
    {
        Gpr destination = Of(instruction.Destination);
        int count = instruction.Immediate & (width == Width.Bits64 ? 63 : 31);
        if (instruction.UsesSourceRegister)
            LowerShiftByRegister(index, operation, width, destination, Of(instruction.Source));
        else if (count == 0)
            ClearUpperHalf(width, destination);
        else
            _writer.Shift(operation, width, destination, count);
    }

    // The processor takes the count modulo the width, as BPF does.
    void LowerShiftByRegister(int index, ShiftOperation operation, Width width, Gpr destination, Gpr count)
    {
        if ((_request.Features & MachineFeatures.Bmi2) != 0)
        {
            _writer.ShiftBy(operation, width, destination, count);
        }
        else if (count == Gpr.Rcx)
        {
            _writer.ShiftByCl(operation, width, destination);
        }
        else if (destination == Gpr.Rcx)
        {
            _writer.Move(Width.Bits64, MachineRegisters.Scratch2, Gpr.Rcx);
            _writer.Move(Width.Bits32, Gpr.Rcx, count);
            _writer.ShiftByCl(operation, width, MachineRegisters.Scratch2);
            _writer.Move(Width.Bits64, Gpr.Rcx, MachineRegisters.Scratch2);
        }
        else
        {
            bool isWanted = IsLiveAfter(index, Register.R4);
            if (isWanted)
                _writer.Move(Width.Bits64, MachineRegisters.Scratch2, Gpr.Rcx);
            _writer.Move(Width.Bits32, Gpr.Rcx, count);
            _writer.ShiftByCl(operation, width, destination);
            if (isWanted)
                _writer.Move(Width.Bits64, Gpr.Rcx, MachineRegisters.Scratch2);
        }
    }

    // RFC 9669, section 4.2: class ALU converts to the order of the source bit, class ALU64 swaps always. x86 is little-endian.
    void LowerByteOrder(in Instruction instruction)
    {
        Gpr register = Of(instruction.Destination);
        bool isSwap = instruction.Class == Opcode.Alu64 || instruction.UsesSourceRegister;
        switch (instruction.Immediate)
        {
            case 16:
                if (isSwap)
                    _writer.SwapLowBytes(register);
                _writer.ZeroExtend16(register);
                break;
            case 32 when isSwap:
                _writer.SwapBytes(Width.Bits32, register);
                break;
            case 32:
                _writer.Move(Width.Bits32, register, register);
                break;
            case 64 when isSwap:
                _writer.SwapBytes(Width.Bits64, register);
                break;
            case 64:
                break;
            default:
                throw Unknown(instruction);
        }
    }

    // What is left of an operation of 32 bits that changes nothing else.
    void ClearUpperHalf(Width width, Gpr register)
    {
        if (width == Width.Bits32)
            _writer.Move(Width.Bits32, register, register);
    }
}
