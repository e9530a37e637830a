// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>
/// The bit fields of the opcode byte (RFC 9669, section 3), under the names of the kernel's <c>uapi/linux/bpf_common.h</c> and
/// <c>uapi/linux/bpf.h</c> without their prefix.
/// </summary>
/// <remarks>
/// <code>
/// arithmetic and jumps:  |7 operation 4|3 source|2 class 0|
/// loads and stores:      |7 mode     5|4 size 3|2 class 0|
/// </code>
/// Constants of one group share bits with those of another; <see cref="Instruction"/> splits a byte into the right group.
/// </remarks>
public static class Opcode
{
    // Classes: bits 0-2.
    /// <summary>Bits of the class.</summary>
    public const byte ClassMask = 0x07;
    /// <summary>Class: immediate and legacy packet loads.</summary>
    public const byte Ld = 0x00;
    /// <summary>Class: load from memory into a register.</summary>
    public const byte Ldx = 0x01;
    /// <summary>Class: store of an immediate.</summary>
    public const byte St = 0x02;
    /// <summary>Class: store of a register; atomics.</summary>
    public const byte Stx = 0x03;
    /// <summary>Class: 32-bit arithmetic.</summary>
    public const byte Alu = 0x04;
    /// <summary>Class: jumps that compare 64 bits, calls and exit.</summary>
    public const byte Jmp = 0x05;
    /// <summary>Class: jumps that compare 32 bits; gotol.</summary>
    public const byte Jmp32 = 0x06;
    /// <summary>Class: 64-bit arithmetic.</summary>
    public const byte Alu64 = 0x07;

    // Source of an arithmetic or jump operation: bit 3.
    /// <summary>Bit of the operand source.</summary>
    public const byte SourceMask = 0x08;
    /// <summary>The operand is the immediate.</summary>
    public const byte K = 0x00;
    /// <summary>The operand is the source register.</summary>
    public const byte X = 0x08;

    // Operation of arithmetic and jumps: bits 4-7.
    /// <summary>Bits of the operation.</summary>
    public const byte OperationMask = 0xf0;
    /// <summary>Addition.</summary>
    public const byte Add = 0x00;
    /// <summary>Subtraction.</summary>
    public const byte Sub = 0x10;
    /// <summary>Multiplication.</summary>
    public const byte Mul = 0x20;
    /// <summary>Division, unsigned, or signed with offset 1; by zero gives 0.</summary>
    public const byte Div = 0x30;
    /// <summary>Bitwise or.</summary>
    public const byte Or = 0x40;
    /// <summary>Bitwise and.</summary>
    public const byte And = 0x50;
    /// <summary>Shift left.</summary>
    public const byte Lsh = 0x60;
    /// <summary>Logical shift right.</summary>
    public const byte Rsh = 0x70;
    /// <summary>Negation.</summary>
    public const byte Neg = 0x80;
    /// <summary>Remainder, unsigned, or signed with offset 1; by zero leaves the dividend.</summary>
    public const byte Mod = 0x90;
    /// <summary>Bitwise exclusive or.</summary>
    public const byte Xor = 0xa0;
    /// <summary>Move; sign-extending with offset 8, 16 or 32; cast of address spaces with offset 1.</summary>
    public const byte Mov = 0xb0;
    /// <summary>Arithmetic shift right.</summary>
    public const byte Arsh = 0xc0;
    /// <summary>Byte order: to little or big endian (class ALU), unconditional swap (class ALU64).</summary>
    public const byte End = 0xd0;

    /// <summary>Jump always; class JMP32 takes the distance from the immediate (gotol).</summary>
    public const byte Ja = 0x00;
    /// <summary>Equal.</summary>
    public const byte Jeq = 0x10;
    /// <summary>Unsigned greater.</summary>
    public const byte Jgt = 0x20;
    /// <summary>Unsigned greater or equal.</summary>
    public const byte Jge = 0x30;
    /// <summary>Any common bit.</summary>
    public const byte Jset = 0x40;
    /// <summary>Not equal.</summary>
    public const byte Jne = 0x50;
    /// <summary>Signed greater.</summary>
    public const byte Jsgt = 0x60;
    /// <summary>Signed greater or equal.</summary>
    public const byte Jsge = 0x70;
    /// <summary>Call of a helper, a subprogram or a register.</summary>
    public const byte Call = 0x80;
    /// <summary>Return.</summary>
    public const byte Exit = 0x90;
    /// <summary>Unsigned less.</summary>
    public const byte Jlt = 0xa0;
    /// <summary>Unsigned less or equal.</summary>
    public const byte Jle = 0xb0;
    /// <summary>Signed less.</summary>
    public const byte Jslt = 0xc0;
    /// <summary>Signed less or equal.</summary>
    public const byte Jsle = 0xd0;

    /// <summary>Conditional pseudo jump of the kernel (<c>may_goto</c>): class JMP, source field 0.</summary>
    public const byte Jcond = 0xe0;

    // Width of a load or store: bits 3-4.
    /// <summary>Bits of the width.</summary>
    public const byte SizeMask = 0x18;
    /// <summary>4 bytes.</summary>
    public const byte W = 0x00;
    /// <summary>2 bytes.</summary>
    public const byte H = 0x08;
    /// <summary>1 byte.</summary>
    public const byte B = 0x10;
    /// <summary>8 bytes.</summary>
    public const byte DW = 0x18;

    // Mode of a load or store: bits 5-7.
    /// <summary>Bits of the mode.</summary>
    public const byte ModeMask = 0xe0;
    /// <summary>64-bit immediate.</summary>
    public const byte Imm = 0x00;
    /// <summary>Legacy packet load, absolute.</summary>
    public const byte Abs = 0x20;
    /// <summary>Legacy packet load, indirect.</summary>
    public const byte Ind = 0x40;
    /// <summary>Plain memory access.</summary>
    public const byte Mem = 0x60;
    /// <summary>Load with sign extension.</summary>
    public const byte MemSx = 0x80;
    /// <summary>Atomic operation; the immediate tells which.</summary>
    public const byte Atomic = 0xc0;

    /// <summary>The first slot of the two-slot 64-bit immediate load.</summary>
    public const byte LdImm64 = Ld | Imm | DW;
}
