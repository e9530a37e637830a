// SPDX-License-Identifier: Apache-2.0

using Iced.Intel;

namespace NopTap.Jit;

sealed partial class MachineWriter
{
    internal void Move(Width width, Gpr destination, Gpr source) =>
        Emit(Instruction.Create(Pick(width, Code.Mov_r32_rm32, Code.Mov_r64_rm64), Sized(width, destination), Sized(width, source)));

    /// <summary>Loads a constant by the shortest instruction; changes the flags when it is 0.</summary>
    internal void MoveConstant(Gpr destination, ulong value)
    {
        if (value == 0)
            Binary(BinaryOperation.Xor, Width.Bits32, destination, destination);
        else if (value <= uint.MaxValue)
            Emit(Instruction.Create(Code.Mov_r32_imm32, Half(destination), (uint)value));
        else if ((long)value == (int)(long)value)
            Emit(Instruction.Create(Code.Mov_rm64_imm32, Full(destination), (int)(long)value));
        else
            Emit(Instruction.Create(Code.Mov_r64_imm64, Full(destination), value));
    }

    /// <summary>Extends the low bits of a register by their sign.</summary>
    internal void SignExtend(Width width, Gpr destination, Gpr source, int bits)
    {
        (Code code, Register from) = bits switch
        {
            8 => (Pick(width, Code.Movsx_r32_rm8, Code.Movsx_r64_rm8), Byte(source)),
            16 => (Pick(width, Code.Movsx_r32_rm16, Code.Movsx_r64_rm16), Word(source)),
            _ => (Code.Movsxd_r64_rm32, Half(source)),
        };
        Emit(Instruction.Create(code, Sized(width, destination), from));
    }

    internal void ZeroExtend16(Gpr register) => Emit(Instruction.Create(Code.Movzx_r32_rm16, Half(register), Word(register)));

    /// <summary>Sums a register and a constant into another one; leaves the flags.</summary>
    internal void Sum(Width width, Gpr destination, Gpr left, int right) =>
        Emit(Instruction.Create(Pick(width, Code.Lea_r32_m, Code.Lea_r64_m), Sized(width, destination), At(left, right)));

    /// <summary>Sums two registers into another one; leaves the flags.</summary>
    internal void Sum(Width width, Gpr destination, Gpr left, Gpr right) =>
        Emit(Instruction.Create(
            Pick(width, Code.Lea_r32_m, Code.Lea_r64_m), Sized(width, destination), new MemoryOperand(Full(left), Full(right), 1)));

    internal void Binary(BinaryOperation operation, Width width, Gpr destination, Gpr source)
    {
        Code code = operation switch
        {
            BinaryOperation.Add => Pick(width, Code.Add_rm32_r32, Code.Add_rm64_r64),
            BinaryOperation.Or => Pick(width, Code.Or_rm32_r32, Code.Or_rm64_r64),
            BinaryOperation.And => Pick(width, Code.And_rm32_r32, Code.And_rm64_r64),
            BinaryOperation.Sub => Pick(width, Code.Sub_rm32_r32, Code.Sub_rm64_r64),
            BinaryOperation.Xor => Pick(width, Code.Xor_rm32_r32, Code.Xor_rm64_r64),
            _ => Pick(width, Code.Cmp_rm32_r32, Code.Cmp_rm64_r64),
        };
        Emit(Instruction.Create(code, Sized(width, destination), Sized(width, source)));
    }

    internal void Binary(BinaryOperation operation, Width width, Gpr destination, int value)
    {
        bool isShort = value == (sbyte)value;
        Code code = operation switch
        {
            BinaryOperation.Add => Pick(width, isShort, Code.Add_rm32_imm8, Code.Add_rm64_imm8, Code.Add_rm32_imm32, Code.Add_rm64_imm32),
            BinaryOperation.Or => Pick(width, isShort, Code.Or_rm32_imm8, Code.Or_rm64_imm8, Code.Or_rm32_imm32, Code.Or_rm64_imm32),
            BinaryOperation.And => Pick(width, isShort, Code.And_rm32_imm8, Code.And_rm64_imm8, Code.And_rm32_imm32, Code.And_rm64_imm32),
            BinaryOperation.Sub => Pick(width, isShort, Code.Sub_rm32_imm8, Code.Sub_rm64_imm8, Code.Sub_rm32_imm32, Code.Sub_rm64_imm32),
            BinaryOperation.Xor => Pick(width, isShort, Code.Xor_rm32_imm8, Code.Xor_rm64_imm8, Code.Xor_rm32_imm32, Code.Xor_rm64_imm32),
            _ => Pick(width, isShort, Code.Cmp_rm32_imm8, Code.Cmp_rm64_imm8, Code.Cmp_rm32_imm32, Code.Cmp_rm64_imm32),
        };
        Emit(Instruction.Create(code, Sized(width, destination), value));
    }

    /// <summary>Sets the flags by the bits that two registers share.</summary>
    internal void Test(Width width, Gpr left, Gpr right) =>
        Emit(Instruction.Create(Pick(width, Code.Test_rm32_r32, Code.Test_rm64_r64), Sized(width, left), Sized(width, right)));

    internal void Test(Width width, Gpr left, int value) =>
        Emit(Instruction.Create(Pick(width, Code.Test_rm32_imm32, Code.Test_rm64_imm32), Sized(width, left), value));

    internal void Multiply(Width width, Gpr destination, Gpr source) =>
        Emit(Instruction.Create(Pick(width, Code.Imul_r32_rm32, Code.Imul_r64_rm64), Sized(width, destination), Sized(width, source)));

    internal void Multiply(Width width, Gpr destination, Gpr source, int value)
    {
        bool isShort = value == (sbyte)value;
        Code code = Pick(
            width, isShort, Code.Imul_r32_rm32_imm8, Code.Imul_r64_rm64_imm8, Code.Imul_r32_rm32_imm32, Code.Imul_r64_rm64_imm32);
        Emit(Instruction.Create(code, Sized(width, destination), Sized(width, source), value));
    }

    /// <summary>Divides rdx:rax; quotient in rax, remainder in rdx.</summary>
    internal void Divide(Width width, bool isSigned, Gpr divisor)
    {
        Code code = isSigned ? Pick(width, Code.Idiv_rm32, Code.Idiv_rm64) : Pick(width, Code.Div_rm32, Code.Div_rm64);
        Emit(Instruction.Create(code, Sized(width, divisor)));
    }

    /// <summary>Fills rdx with the sign of rax.</summary>
    internal void ExtendDividend(Width width) => Emit(Instruction.Create(Pick(width, Code.Cdq, Code.Cqo)));

    internal void Negate(Width width, Gpr register) => Emit(Instruction.Create(Pick(width, Code.Neg_rm32, Code.Neg_rm64), Sized(width, register)));

    internal void Complement(Width width, Gpr register) =>
        Emit(Instruction.Create(Pick(width, Code.Not_rm32, Code.Not_rm64), Sized(width, register)));

    internal void SwapBytes(Width width, Gpr register) =>
        Emit(Instruction.Create(Pick(width, Code.Bswap_r32, Code.Bswap_r64), Sized(width, register)));

    /// <summary>Swaps the two low bytes; the others stay.</summary>
    internal void SwapLowBytes(Gpr register) => Emit(Instruction.Create(Code.Rol_rm16_imm8, Word(register), 8));

    internal void Shift(ShiftOperation operation, Width width, Gpr register, int count)
    {
        Code code = operation switch
        {
            ShiftOperation.Left => Pick(width, Code.Shl_rm32_imm8, Code.Shl_rm64_imm8),
            ShiftOperation.Right => Pick(width, Code.Shr_rm32_imm8, Code.Shr_rm64_imm8),
            _ => Pick(width, Code.Sar_rm32_imm8, Code.Sar_rm64_imm8),
        };
        Emit(Instruction.Create(code, Sized(width, register), count));
    }

    /// <summary>Shifts by the low bits of rcx.</summary>
    internal void ShiftByCl(ShiftOperation operation, Width width, Gpr register)
    {
        Code code = operation switch
        {
            ShiftOperation.Left => Pick(width, Code.Shl_rm32_CL, Code.Shl_rm64_CL),
            ShiftOperation.Right => Pick(width, Code.Shr_rm32_CL, Code.Shr_rm64_CL),
            _ => Pick(width, Code.Sar_rm32_CL, Code.Sar_rm64_CL),
        };
        Emit(Instruction.Create(code, Sized(width, register), Register.CL));
    }

    /// <summary>Shifts by the low bits of any register (BMI2).</summary>
    internal void ShiftBy(ShiftOperation operation, Width width, Gpr register, Gpr count)
    {
        Code code = operation switch
        {
            ShiftOperation.Left => Pick(width, Code.VEX_Shlx_r32_rm32_r32, Code.VEX_Shlx_r64_rm64_r64),
            ShiftOperation.Right => Pick(width, Code.VEX_Shrx_r32_rm32_r32, Code.VEX_Shrx_r64_rm64_r64),
            _ => Pick(width, Code.VEX_Sarx_r32_rm32_r32, Code.VEX_Sarx_r64_rm64_r64),
        };
        Register target = Sized(width, register);
        Emit(Instruction.Create(code, target, target, Sized(width, count)));
    }

    internal void Push(Gpr register) => Emit(Instruction.Create(Code.Push_r64, Full(register)));

    internal void Pop(Gpr register) => Emit(Instruction.Create(Code.Pop_r64, Full(register)));

    internal void Leave() => Emit(Instruction.Create(Code.Leaveq));

    internal void Return() => Emit(Instruction.Create(Code.Retnq));

    internal void JumpTo(Gpr address) => Emit(Instruction.Create(Code.Jmp_rm64, Full(address)));

    internal void CallTo(Gpr address) => Emit(Instruction.Create(Code.Call_rm64, Full(address)));

    static Code Pick(Width width, Code bits32, Code bits64) => width == Width.Bits64 ? bits64 : bits32;

    static Code Pick(Width width, bool isShort, Code short32, Code short64, Code long32, Code long64) =>
        isShort ? Pick(width, short32, short64) : Pick(width, long32, long64);
}
