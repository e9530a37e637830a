// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Isa;

namespace NopTap.Interpreter;

/// <summary>What arithmetic instructions and comparisons compute (RFC 9669, sections 4.1 to 4.3): pure functions of two numbers.</summary>
static class Arithmetic
{
    /// <summary>Result of an instruction of class ALU or ALU64.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="left">Value of the destination register.</param>
    /// <param name="right">Value of the source register, or the sign-extended immediate.</param>
    /// <param name="result">New value of the destination register.</param>
    /// <returns>Whether the instruction has a meaning.</returns>
    public static bool TryCompute(in Instruction instruction, ulong left, ulong right, out ulong result)
    {
        bool wide = instruction.Class == Opcode.Alu64;
        switch (instruction.Operation)
        {
            case Opcode.End:
                return TryConvert(instruction, left, out result);
            case Opcode.Mov:
                return TryMove(instruction, right, out result);
            case Opcode.Div or Opcode.Mod when instruction.Offset is not (0 or 1):
                result = 0;
                return false;
            case Opcode.Div or Opcode.Mod when instruction.Offset == 1:
                result = wide
                    ? (ulong)SignedDivision(instruction.Operation, (long)left, (long)right, long.MinValue)
                    : (uint)SignedDivision(instruction.Operation, (int)left, (int)right, int.MinValue);
                return true;
            default:
                // Sums, products and shifts of 32 bits are the low halves of the wide ones, division and right shifts are not.
                return wide
                    ? TryCompute64(instruction.Operation, left, right, out result)
                    : TryCompute32(instruction.Operation, (uint)left, (uint)right, out result);
        }
    }

    /// <summary>Whether a comparison of class JMP or JMP32 holds.</summary>
    /// <param name="operation">Operation bits of the opcode.</param>
    /// <param name="left">Value of the destination register.</param>
    /// <param name="right">Value of the source register, or the sign-extended immediate.</param>
    /// <param name="wide">Whether all 64 bits count.</param>
    /// <returns>null when there is no such comparison.</returns>
    public static bool? Holds(byte operation, ulong left, ulong right, bool wide)
    {
        long signedLeft = wide ? (long)left : (int)left;
        long signedRight = wide ? (long)right : (int)right;
        ulong a = wide ? left : (uint)left;
        ulong b = wide ? right : (uint)right;
        return operation switch
        {
            Opcode.Jeq => a == b,
            Opcode.Jne => a != b,
            Opcode.Jset => (a & b) != 0,
            Opcode.Jgt => a > b,
            Opcode.Jge => a >= b,
            Opcode.Jlt => a < b,
            Opcode.Jle => a <= b,
            Opcode.Jsgt => signedLeft > signedRight,
            Opcode.Jsge => signedLeft >= signedRight,
            Opcode.Jslt => signedLeft < signedRight,
            Opcode.Jsle => signedLeft <= signedRight,
            _ => null,
        };
    }

    static bool TryCompute64(byte operation, ulong left, ulong right, out ulong result)
    {
        switch (operation)
        {
            case Opcode.Add: result = left + right; return true;
            case Opcode.Sub: result = left - right; return true;
            case Opcode.Mul: result = left * right; return true;
            case Opcode.Div: result = right == 0 ? 0 : left / right; return true;
            case Opcode.Mod: result = right == 0 ? left : left % right; return true;
            case Opcode.Or: result = left | right; return true;
            case Opcode.And: result = left & right; return true;
            case Opcode.Xor: result = left ^ right; return true;
            case Opcode.Lsh: result = left << (int)(right & 63); return true;
            case Opcode.Rsh: result = left >> (int)(right & 63); return true;
            case Opcode.Arsh: result = (ulong)((long)left >> (int)(right & 63)); return true;
            case Opcode.Neg: result = 0UL - left; return true;
            default: result = 0; return false;
        }
    }

    static bool TryCompute32(byte operation, uint left, uint right, out ulong result)
    {
        switch (operation)
        {
            case Opcode.Add: result = left + right; break;
            case Opcode.Sub: result = left - right; break;
            case Opcode.Mul: result = left * right; break;
            case Opcode.Div: result = right == 0 ? 0 : left / right; break;
            case Opcode.Mod: result = right == 0 ? left : left % right; break;
            case Opcode.Or: result = left | right; break;
            case Opcode.And: result = left & right; break;
            case Opcode.Xor: result = left ^ right; break;
            case Opcode.Lsh: result = left << (int)(right & 31); break;
            case Opcode.Rsh: result = left >> (int)(right & 31); break;
            case Opcode.Arsh: result = (uint)((int)left >> (int)(right & 31)); break;
            case Opcode.Neg: result = 0U - left; break;
            default: result = 0; return false;
        }

        return true;
    }

    // The one quotient that does not fit, least / -1, wraps to the least number, and its remainder is 0; C# would throw.
    static long SignedDivision(byte operation, long left, long right, long least)
    {
        bool division = operation == Opcode.Div;
        if (right == 0)
            return division ? 0 : left;
        if (right == -1)
            return !division ? 0 : left == least ? least : -left;
        return division ? left / right : left % right;
    }

    static bool TryMove(in Instruction instruction, ulong value, out ulong result)
    {
        long? extended = (instruction.Offset, instruction.UsesSourceRegister, instruction.Class) switch
        {
            (0, _, _) => (long)value,
            (8, true, _) => (sbyte)value,
            (16, true, _) => (short)value,
            (32, true, Opcode.Alu64) => (int)value,
            _ => null,
        };
        result = instruction.Class == Opcode.Alu64 ? (ulong)extended.GetValueOrDefault() : (uint)extended.GetValueOrDefault();
        return extended is not null;
    }

    static bool TryConvert(in Instruction instruction, ulong value, out ulong result)
    {
        // Class ALU64 swaps always; class ALU swaps when the order asked for (source bit: big) is not the machine's.
        bool swap = instruction.Class == Opcode.Alu64 || instruction.UsesSourceRegister == BitConverter.IsLittleEndian;
        switch (instruction.Immediate)
        {
            case 16: result = swap ? BinaryPrimitives.ReverseEndianness((ushort)value) : (ushort)value; return true;
            case 32: result = swap ? BinaryPrimitives.ReverseEndianness((uint)value) : (uint)value; return true;
            case 64: result = swap ? BinaryPrimitives.ReverseEndianness(value) : value; return true;
            default: result = 0; return false;
        }
    }
}
