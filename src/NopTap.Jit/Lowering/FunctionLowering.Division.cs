// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using NopTap.Isa;

namespace NopTap.Jit;

// Division by zero gives 0, the remainder by zero the dividend, and the one signed quotient that does not fit wraps (RFC 9669, section
// 4.1); the processor faults on all three (Intel SDM volume 2, DIV and IDIV), so code goes round them.
sealed partial class FunctionLowering
{
    void LowerDivision(int index, Width width, in Instruction instruction)
    {
        bool isRemainder = instruction.Operation == Opcode.Mod;
        bool isSigned = instruction.Offset == 1;
        Gpr destination = Of(instruction.Destination);
        if (instruction.UsesSourceRegister)
            LowerDivisionByRegister(index, width, isRemainder, isSigned, destination, Of(instruction.Source));
        else
            LowerDivisionByConstant(index, width, isRemainder, isSigned, destination, instruction.Immediate);
    }

    void LowerDivisionByRegister(int index, Width width, bool isRemainder, bool isSigned, Gpr destination, Gpr divisor)
    {
        Label end = _writer.NewLabel();
        Label notZero = _writer.NewLabel();
        _writer.Test(width, divisor, divisor);
        _writer.JumpIf(Condition.NotEqual, notZero);
        EmitDivisionByZero(width, isRemainder, destination);
        _writer.Jump(end);
        _writer.Bind(notZero);
        if (isSigned)
        {
            Label ordinary = _writer.NewLabel();
            _writer.Binary(BinaryOperation.Compare, width, divisor, -1);
            _writer.JumpIf(Condition.NotEqual, ordinary);
            EmitDivisionByMinusOne(width, isRemainder, destination);
            _writer.Jump(end);
            _writer.Bind(ordinary);
        }

        EmitDivision(index, width, isRemainder, isSigned, destination, divisor);
        _writer.Bind(end);
    }

    void LowerDivisionByConstant(int index, Width width, bool isRemainder, bool isSigned, Gpr destination, int value)
    {
        ulong unsigned = width == Width.Bits64 ? (ulong)(long)value : (uint)value;
        if (value == 0)
        {
            EmitDivisionByZero(width, isRemainder, destination);
        }
        else if (value == 1)
        {
            if (isRemainder)
                _writer.MoveConstant(destination, 0);
            else
                ClearUpperHalf(width, destination);
        }
        else if (isSigned && value == -1)
        {
            EmitDivisionByMinusOne(width, isRemainder, destination);
        }
        else if (!isSigned && BitOperations.IsPow2(unsigned))
        {
            // A power of two that an immediate can hold is at most 2 to the 31st, so the mask is a positive number of 32 bits.
            if (isRemainder)
                _writer.Binary(BinaryOperation.And, Width.Bits32, destination, (int)(unsigned - 1));
            else
                _writer.Shift(ShiftOperation.Right, width, destination, BitOperations.Log2(unsigned));
        }
        else
        {
            _writer.MoveConstant(MachineRegisters.Scratch0, unsigned);
            EmitDivision(index, width, isRemainder, isSigned, destination, MachineRegisters.Scratch0);
        }
    }

    void EmitDivisionByZero(Width width, bool isRemainder, Gpr destination)
    {
        if (isRemainder)
            ClearUpperHalf(width, destination);
        else
            _writer.MoveConstant(destination, 0);
    }

    void EmitDivisionByMinusOne(Width width, bool isRemainder, Gpr destination)
    {
        if (isRemainder)
            _writer.MoveConstant(destination, 0);
        else
            _writer.Negate(width, destination);
    }

    // The dividend goes to rdx:rax, the results come there; both are saved when they hold something else that is still wanted.
    void EmitDivision(int index, Width width, bool isRemainder, bool isSigned, Gpr destination, Gpr divisor)
    {
        bool savesRax = destination != Gpr.Rax && IsLiveAfter(index, Register.R0);
        bool savesRdx = destination != Gpr.Rdx && IsLiveAfter(index, Register.R3);
        if (divisor is Gpr.Rax or Gpr.Rdx)
        {
            _writer.Move(width, MachineRegisters.Scratch0, divisor);
            divisor = MachineRegisters.Scratch0;
        }

        if (savesRax)
            _writer.Move(Width.Bits64, MachineRegisters.Scratch1, Gpr.Rax);
        if (savesRdx)
            _writer.Move(Width.Bits64, MachineRegisters.Scratch2, Gpr.Rdx);
        if (destination != Gpr.Rax)
            _writer.Move(width, Gpr.Rax, destination);
        if (isSigned)
            _writer.ExtendDividend(width);
        else
            _writer.MoveConstant(Gpr.Rdx, 0);
        _writer.Divide(width, isSigned, divisor);
        Gpr result = isRemainder ? Gpr.Rdx : Gpr.Rax;
        if (result != destination)
            _writer.Move(Width.Bits64, destination, result);
        if (savesRdx)
            _writer.Move(Width.Bits64, Gpr.Rdx, MachineRegisters.Scratch2);
        if (savesRax)
            _writer.Move(Width.Bits64, Gpr.Rax, MachineRegisters.Scratch1);
    }
}
