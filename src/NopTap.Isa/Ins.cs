// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>Makes instructions by name, for programs that are written at run time.</summary>
/// <remarks>Nothing is checked: see <see cref="InstructionChecks"/>. Operations and widths are those of <see cref="Opcode"/>.</remarks>
public static class Ins
{
    /// <summary><c>dst = imm</c>, sign-extended to 64 bits.</summary>
    public static Instruction Mov64(Register destination, int immediate) => Alu64(Opcode.Mov, destination, immediate);

    /// <summary><c>dst = src</c>.</summary>
    public static Instruction Mov64(Register destination, Register source) => Alu64(Opcode.Mov, destination, source);

    /// <summary><c>wdst = imm</c>; the upper half becomes 0.</summary>
    public static Instruction Mov32(Register destination, int immediate) => Alu32(Opcode.Mov, destination, immediate);

    /// <summary><c>wdst = wsrc</c>; the upper half becomes 0.</summary>
    public static Instruction Mov32(Register destination, Register source) => Alu32(Opcode.Mov, destination, source);

    /// <summary><c>dst = (sN)src</c>.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bits">8, 16 or in 64 bits 32.</param>
    /// <param name="wide">Whether the result has 64 bits.</param>
    public static Instruction MoveSignExtended(Register destination, Register source, short bits, bool wide = true) =>
        new((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | Opcode.Mov | Opcode.X), destination, source, bits, 0);

    /// <summary><c>dst = imm ll</c>: both slots.</summary>
    public static ImmutableArray<Instruction> LoadWide(Register destination, ulong value, byte kind = PseudoSource.Constant) =>
    [
        new(Opcode.LdImm64, destination, (Register)kind, 0, unchecked((int)value)),
        new(0, 0, 0, unchecked((int)(value >> 32))),
    ];

    /// <summary>64-bit arithmetic with a constant.</summary>
    public static Instruction Alu64(byte operation, Register destination, int immediate) =>
        new((byte)(Opcode.Alu64 | operation), destination, 0, 0, immediate);

    /// <summary>64-bit arithmetic with a register.</summary>
    public static Instruction Alu64(byte operation, Register destination, Register source) =>
        new((byte)(Opcode.Alu64 | operation | Opcode.X), destination, source, 0, 0);

    /// <summary>32-bit arithmetic with a constant.</summary>
    public static Instruction Alu32(byte operation, Register destination, int immediate) =>
        new((byte)(Opcode.Alu | operation), destination, 0, 0, immediate);

    /// <summary>32-bit arithmetic with a register.</summary>
    public static Instruction Alu32(byte operation, Register destination, Register source) =>
        new((byte)(Opcode.Alu | operation | Opcode.X), destination, source, 0, 0);

    /// <summary><c>dst += imm</c>.</summary>
    public static Instruction Add64(Register destination, int immediate) => Alu64(Opcode.Add, destination, immediate);

    /// <summary><c>dst += src</c>.</summary>
    public static Instruction Add64(Register destination, Register source) => Alu64(Opcode.Add, destination, source);

    /// <summary><c>dst = -dst</c>.</summary>
    public static Instruction Neg64(Register destination) => Alu64(Opcode.Neg, destination, 0);

    /// <summary><c>wdst = -wdst</c>.</summary>
    public static Instruction Neg32(Register destination) => Alu32(Opcode.Neg, destination, 0);

    /// <summary><c>dst = bswapN dst</c>.</summary>
    public static Instruction ByteSwap(Register destination, int bits) => Alu64(Opcode.End, destination, bits);

    /// <summary><c>dst = leN dst</c>: on this machine a truncation.</summary>
    public static Instruction ToLittleEndian(Register destination, int bits) => Alu32(Opcode.End, destination, bits);

    /// <summary><c>dst = beN dst</c>.</summary>
    public static Instruction ToBigEndian(Register destination, int bits) =>
        new(Opcode.Alu | Opcode.End | Opcode.X, destination, 0, 0, bits);

    /// <summary><c>dst = *(uN *)(base + offset)</c>.</summary>
    public static Instruction Load(byte size, Register destination, Register address, short offset) =>
        new((byte)(Opcode.Ldx | Opcode.Mem | size), destination, address, offset, 0);

    /// <summary><c>dst = *(sN *)(base + offset)</c>.</summary>
    public static Instruction LoadSigned(byte size, Register destination, Register address, short offset) =>
        new((byte)(Opcode.Ldx | Opcode.MemSx | size), destination, address, offset, 0);

    /// <summary><c>*(uN *)(base + offset) = src</c>.</summary>
    public static Instruction Store(byte size, Register address, short offset, Register source) =>
        new((byte)(Opcode.Stx | Opcode.Mem | size), address, source, offset, 0);

    /// <summary><c>*(uN *)(base + offset) = imm</c>.</summary>
    public static Instruction Store(byte size, Register address, short offset, int immediate) =>
        new((byte)(Opcode.St | Opcode.Mem | size), address, 0, offset, immediate);

    /// <summary>An atomic operation of <see cref="AtomicOperation"/>; a load-acquire has its address in the source.</summary>
    public static Instruction Atomic(byte size, int operation, Register destination, short offset, Register source) =>
        new((byte)(Opcode.Stx | Opcode.Atomic | size), destination, source, offset, operation);

    /// <summary><c>r0 = *(uN *)skb[imm]</c>.</summary>
    public static Instruction LoadPacket(byte size, int displacement) => new((byte)(Opcode.Ld | Opcode.Abs | size), 0, 0, displacement);

    /// <summary><c>r0 = *(uN *)skb[src + imm]</c>.</summary>
    public static Instruction LoadPacket(byte size, Register index, int displacement) =>
        new((byte)(Opcode.Ld | Opcode.Ind | size), Register.R0, index, 0, displacement);

    /// <summary><c>goto +offset</c>; with 0 the form of a probe site.</summary>
    public static Instruction Jump(short offset) => new(Opcode.Jmp | Opcode.Ja, 0, offset, 0);

    /// <summary><c>gotol +distance</c>.</summary>
    public static Instruction JumpLong(int distance) => new(Opcode.Jmp32 | Opcode.Ja, 0, 0, distance);

    /// <summary><c>may_goto +offset</c>.</summary>
    public static Instruction MayGoto(short offset) => new(Opcode.Jmp | Opcode.Jcond, 0, offset, 0);

    /// <summary><c>if dst op imm goto +offset</c> in 64 bits.</summary>
    public static Instruction Jump64(byte operation, Register left, int immediate, short offset) =>
        new((byte)(Opcode.Jmp | operation), left, 0, offset, immediate);

    /// <summary><c>if dst op src goto +offset</c> in 64 bits.</summary>
    public static Instruction Jump64(byte operation, Register left, Register right, short offset) =>
        new((byte)(Opcode.Jmp | operation | Opcode.X), left, right, offset, 0);

    /// <summary><c>if wdst op imm goto +offset</c>.</summary>
    public static Instruction Jump32(byte operation, Register left, int immediate, short offset) =>
        new((byte)(Opcode.Jmp32 | operation), left, 0, offset, immediate);

    /// <summary><c>if wdst op wsrc goto +offset</c>.</summary>
    public static Instruction Jump32(byte operation, Register left, Register right, short offset) =>
        new((byte)(Opcode.Jmp32 | operation | Opcode.X), left, right, offset, 0);

    /// <summary><c>call helper</c>.</summary>
    public static Instruction Call(HelperId helper) => CallHelper((int)helper);

    /// <summary><c>call helper</c>, a host's own too.</summary>
    public static Instruction CallHelper(int id) => new(Opcode.Jmp | Opcode.Call, 0, 0, id);

    /// <summary><c>call pc+distance</c>: a function of the same program.</summary>
    public static Instruction CallProgram(int distance) =>
        new(Opcode.Jmp | Opcode.Call, Register.R0, (Register)PseudoSource.ProgramCall, 0, distance);

    /// <summary><c>callx target</c>.</summary>
    public static Instruction CallRegister(Register target) => new(Opcode.Jmp | Opcode.Call | Opcode.X, target, 0, 0, 0);

    /// <summary><c>exit</c>.</summary>
    public static Instruction Exit() => new(Opcode.Jmp | Opcode.Exit, 0, 0, 0);
}
