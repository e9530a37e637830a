// SPDX-License-Identifier: Apache-2.0

using Iced.Intel;

namespace NopTap.Jit;

sealed partial class MachineWriter
{
    /// <summary>Loads 1, 2, 4 or 8 bytes and clears the rest of the register.</summary>
    internal void Load(int size, Gpr destination, Gpr address, int displacement)
    {
        (Code code, Register to) = size switch
        {
            1 => (Code.Movzx_r32_rm8, Half(destination)),
            2 => (Code.Movzx_r32_rm16, Half(destination)),
            4 => (Code.Mov_r32_rm32, Half(destination)),
            _ => (Code.Mov_r64_rm64, Full(destination)),
        };
        Emit(Instruction.Create(code, to, At(address, displacement)));
    }

    /// <summary>Loads 1, 2 or 4 bytes and extends them to 64 bits by their sign.</summary>
    internal void LoadSigned(int size, Gpr destination, Gpr address, int displacement)
    {
        Code code = size switch
        {
            1 => Code.Movsx_r64_rm8,
            2 => Code.Movsx_r64_rm16,
            _ => Code.Movsxd_r64_rm32,
        };
        Emit(Instruction.Create(code, Full(destination), At(address, displacement)));
    }

    /// <summary>Loads 8 bytes from an element: address + 8 * index.</summary>
    internal void LoadElement(Gpr destination, Gpr address, Gpr index) =>
        Emit(Instruction.Create(Code.Mov_r64_rm64, Full(destination), new MemoryOperand(Full(address), Full(index), 8)));

    /// <summary>Loads the first 4 bytes of an element of 8: address + 8 * index.</summary>
    internal void LoadElementHalf(Gpr destination, Gpr address, Gpr index) =>
        Emit(Instruction.Create(Code.Mov_r32_rm32, Half(destination), new MemoryOperand(Full(address), Full(index), 8)));

    /// <summary>Compares a register with 8 bytes of an element: address + displacement + 8 * index.</summary>
    internal void CompareElement(Gpr left, Gpr address, Gpr index, int displacement) => Emit(Instruction.Create(
        Code.Cmp_r64_rm64,
        Full(left),
        new MemoryOperand(Full(address), Full(index), 8, displacement, DisplacementSize(displacement), false, Register.None)));

    internal void Store(int size, Gpr source, Gpr address, int displacement)
    {
        (Code code, Register from) = size switch
        {
            1 => (Code.Mov_rm8_r8, Byte(source)),
            2 => (Code.Mov_rm16_r16, Word(source)),
            4 => (Code.Mov_rm32_r32, Half(source)),
            _ => (Code.Mov_rm64_r64, Full(source)),
        };
        Emit(Instruction.Create(code, At(address, displacement), from));
    }

    /// <summary>Stores a constant; that of 8 bytes is sign-extended.</summary>
    internal void StoreConstant(int size, int value, Gpr address, int displacement)
    {
        MemoryOperand target = At(address, displacement);
        Emit(size switch
        {
            1 => Instruction.Create(Code.Mov_rm8_imm8, target, (uint)(byte)value),
            2 => Instruction.Create(Code.Mov_rm16_imm16, target, (uint)(ushort)value),
            4 => Instruction.Create(Code.Mov_rm32_imm32, target, value),
            _ => Instruction.Create(Code.Mov_rm64_imm32, target, value),
        });
    }

    /// <summary>Compares a register with 4 bytes of memory.</summary>
    internal void CompareMemory32(Gpr left, Gpr address, int displacement) =>
        Emit(Instruction.Create(Code.Cmp_r32_rm32, Half(left), At(address, displacement)));

    /// <summary>Compares a register with 8 bytes of memory.</summary>
    internal void CompareMemory64(Gpr left, Gpr address, int displacement) =>
        Emit(Instruction.Create(Code.Cmp_r64_rm64, Full(left), At(address, displacement)));

    /// <summary>Compares 8 bytes of memory with a small constant.</summary>
    internal void CompareMemory64(Gpr address, int displacement, sbyte value) =>
        Emit(Instruction.Create(Code.Cmp_rm64_imm8, At(address, displacement), value));

    /// <summary>Adds a small constant to 8 bytes of memory.</summary>
    internal void AddMemory64(Gpr address, int displacement, sbyte value) =>
        Emit(Instruction.Create(Code.Add_rm64_imm8, At(address, displacement), value));

    /// <summary>Adds 8 bytes of memory to a register.</summary>
    internal void AddFromMemory64(Gpr destination, Gpr address, int displacement) =>
        Emit(Instruction.Create(Code.Add_r64_rm64, Full(destination), At(address, displacement)));

    /// <summary>Multiplies a register by 8 bytes of memory.</summary>
    internal void MultiplyByMemory64(Gpr destination, Gpr address, int displacement) =>
        Emit(Instruction.Create(Code.Imul_r64_rm64, Full(destination), At(address, displacement)));

    internal void LockedBinary(BinaryOperation operation, Width width, Gpr source, Gpr address, int displacement)
    {
        Code code = operation switch
        {
            BinaryOperation.Add => Pick(width, Code.Add_rm32_r32, Code.Add_rm64_r64),
            BinaryOperation.Or => Pick(width, Code.Or_rm32_r32, Code.Or_rm64_r64),
            BinaryOperation.And => Pick(width, Code.And_rm32_r32, Code.And_rm64_r64),
            _ => Pick(width, Code.Xor_rm32_r32, Code.Xor_rm64_r64),
        };
        EmitLocked(Instruction.Create(code, At(address, displacement), Sized(width, source)));
    }

    /// <summary>Adds to memory; the register gets the old content.</summary>
    internal void LockedExchangeAdd(Width width, Gpr source, Gpr address, int displacement) =>
        EmitLocked(Instruction.Create(Pick(width, Code.Xadd_rm32_r32, Code.Xadd_rm64_r64), At(address, displacement), Sized(width, source)));

    /// <summary>Swaps register and memory; always atomic.</summary>
    internal void Exchange(Width width, Gpr source, Gpr address, int displacement) =>
        Emit(Instruction.Create(Pick(width, Code.Xchg_rm32_r32, Code.Xchg_rm64_r64), At(address, displacement), Sized(width, source)));

    /// <summary>Stores the register when memory equals rax; otherwise rax gets the content.</summary>
    internal void LockedCompareExchange(Width width, Gpr source, Gpr address, int displacement) =>
        EmitLocked(Instruction.Create(
            Pick(width, Code.Cmpxchg_rm32_r32, Code.Cmpxchg_rm64_r64), At(address, displacement), Sized(width, source)));

    void EmitLocked(Instruction instruction)
    {
        instruction.HasLockPrefix = true;
        Emit(instruction);
    }
}
