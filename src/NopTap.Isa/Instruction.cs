// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Isa;

/// <summary>One 8-byte slot of BPF code, in the layout of <c>struct bpf_insn</c> (RFC 9669, section 3).</summary>
/// <remarks>
/// A 64-bit immediate load takes two slots; the second has opcode 0 and holds the high half. Indexes into a program count slots, as in
/// the kernel.
/// <code>
/// byte 0      1            2..3        4..7
/// |opcode|src:4 dst:4|offset (s16)|immediate (s32)|   little endian
/// </code>
/// </remarks>
/// <param name="Opcode">Operation, see <see cref="Isa.Opcode"/>.</param>
/// <param name="Registers">Destination in the low four bits, source in the high four.</param>
/// <param name="Offset">Jump distance in slots, memory displacement in bytes, or a variant selector.</param>
/// <param name="Immediate">Constant operand.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 8)]
public readonly partial record struct Instruction(byte Opcode, byte Registers, short Offset, int Immediate)
{
    /// <summary>Bytes in a slot.</summary>
    public const int Size = 8;

    /// <summary>Makes a slot from its fields.</summary>
    /// <param name="opcode">Opcode byte.</param>
    /// <param name="destination">Destination register.</param>
    /// <param name="source">Source register or pseudo source.</param>
    /// <param name="offset">Offset field.</param>
    /// <param name="immediate">Immediate field.</param>
    public Instruction(byte opcode, Register destination, Register source, short offset, int immediate)
        : this(opcode, (byte)(((byte)source << 4) | ((byte)destination & 0xf)), offset, immediate)
    {
    }

    /// <summary>Destination register field; 11 to 15 name no register.</summary>
    public Register Destination => (Register)(Registers & 0xf);

    /// <summary>Source register field; 11 to 15 name no register.</summary>
    public Register Source => (Register)(Registers >> 4);

    /// <summary>Class bits of the opcode.</summary>
    public byte Class => (byte)(Opcode & Isa.Opcode.ClassMask);

    /// <summary>Operation bits of an arithmetic or jump opcode.</summary>
    public byte Operation => (byte)(Opcode & Isa.Opcode.OperationMask);

    /// <summary>Mode bits of a load or store opcode.</summary>
    public byte Mode => (byte)(Opcode & Isa.Opcode.ModeMask);

    /// <summary>Whether the operand is the source register rather than the immediate.</summary>
    public bool UsesSourceRegister => (Opcode & Isa.Opcode.SourceMask) == Isa.Opcode.X;

    /// <summary>Whether the class is one of the two arithmetic classes.</summary>
    public bool IsArithmetic => Class is Isa.Opcode.Alu or Isa.Opcode.Alu64;

    /// <summary>Whether the class is one of the two jump classes (calls and exit included).</summary>
    public bool IsJumpClass => Class is Isa.Opcode.Jmp or Isa.Opcode.Jmp32;

    /// <summary>Whether this is the first slot of a 64-bit immediate load.</summary>
    public bool IsWideLoad => Opcode == Isa.Opcode.LdImm64;

    /// <summary>Slots that the instruction takes: 2 for a 64-bit immediate load, else 1.</summary>
    public int SlotCount => IsWideLoad ? 2 : 1;

    /// <summary>Width of a load or store in bytes: 1, 2, 4 or 8.</summary>
    public int AccessSize => (Opcode & Isa.Opcode.SizeMask) switch
    {
        Isa.Opcode.B => 1,
        Isa.Opcode.H => 2,
        Isa.Opcode.W => 4,
        _ => 8,
    };
}
