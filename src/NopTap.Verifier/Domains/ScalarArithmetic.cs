// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Domains;

/// <summary>Arithmetic on <see cref="ScalarRange"/>: the result contains what the machine computes for every pair of operands.</summary>
/// <remarks>The operations leave views to be synchronized: <see cref="Apply"/> does so once.</remarks>
static class ScalarArithmetic
{
    /// <summary>Result of an arithmetic instruction, except moves and byte swaps.</summary>
    /// <param name="operation">Operation bits of the opcode.</param>
    /// <param name="left">Destination before.</param>
    /// <param name="right">Operand.</param>
    /// <param name="wide">Whether the instruction has 64 bits.</param>
    public static ScalarRange Apply(byte operation, in ScalarRange left, in ScalarRange right, bool wide)
    {
        // The kernel's verdicts are the standard: it claims nothing of quotients, remainders and shifts by anything but a constant.
        if (operation is Opcode.Div or Opcode.Mod || (operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh && !IsShift(right, wide, out _)))
            return ScalarRange.Unknown;
        ScalarRange result = operation switch
        {
            Opcode.Add => Add(left, right),
            Opcode.Sub => Subtract(left, right),
            Opcode.Mul => Multiply(left, right),
            Opcode.And => And(left, right),
            Opcode.Or => Or(left, right),
            Opcode.Xor => Xor(left, right),
            Opcode.Lsh => ShiftLeft(left, right, wide),
            Opcode.Rsh => ShiftRight(left, right, wide),
            Opcode.Arsh => ShiftRightArithmetic(left, right, wide),
            _ => ScalarRange.Unknown,
        };
        // Of an operation on halves the other half, and what follows from it, is lost.
        if (!wide)
            return result.ZeroExtend32();
        result.Sync();
        return result;
    }

    static ScalarRange Add(in ScalarRange left, in ScalarRange right)
    {
        ScalarRange result = ScalarRange.Unknown;
        result.Bits = left.Bits + right.Bits;
        ulong uMin = unchecked(left.UMin + right.UMin);
        ulong uMax = unchecked(left.UMax + right.UMax);
        // Both ends wrap or neither: the order is kept.
        if ((uMin < left.UMin) == (uMax < left.UMax))
            (result.UMin, result.UMax) = (uMin, uMax);
        long sMin = unchecked(left.SMin + right.SMin);
        long sMax = unchecked(left.SMax + right.SMax);
        if (!AddOverflows(left.SMin, right.SMin, sMin) && !AddOverflows(left.SMax, right.SMax, sMax))
            (result.SMin, result.SMax) = (sMin, sMax);
        uint uMin32 = unchecked(left.UMin32 + right.UMin32);
        uint uMax32 = unchecked(left.UMax32 + right.UMax32);
        if ((uMin32 < left.UMin32) == (uMax32 < left.UMax32))
            (result.UMin32, result.UMax32) = (uMin32, uMax32);
        long sMin32 = (long)left.SMin32 + right.SMin32;
        long sMax32 = (long)left.SMax32 + right.SMax32;
        if (sMin32 >= int.MinValue && sMax32 <= int.MaxValue)
            (result.SMin32, result.SMax32) = ((int)sMin32, (int)sMax32);
        return result;
    }

    static bool AddOverflows(long left, long right, long sum) => ((left ^ sum) & (right ^ sum)) < 0;

    static ScalarRange Subtract(in ScalarRange left, in ScalarRange right)
    {
        ScalarRange result = ScalarRange.Unknown;
        result.Bits = left.Bits - right.Bits;
        if ((left.UMin < right.UMax) == (left.UMax < right.UMin))
            (result.UMin, result.UMax) = (unchecked(left.UMin - right.UMax), unchecked(left.UMax - right.UMin));
        long sMin = unchecked(left.SMin - right.SMax);
        long sMax = unchecked(left.SMax - right.SMin);
        if (!SubtractOverflows(left.SMin, right.SMax, sMin) && !SubtractOverflows(left.SMax, right.SMin, sMax))
            (result.SMin, result.SMax) = (sMin, sMax);
        if ((left.UMin32 < right.UMax32) == (left.UMax32 < right.UMin32))
            (result.UMin32, result.UMax32) = (unchecked(left.UMin32 - right.UMax32), unchecked(left.UMax32 - right.UMin32));
        long sMin32 = (long)left.SMin32 - right.SMax32;
        long sMax32 = (long)left.SMax32 - right.SMin32;
        if (sMin32 >= int.MinValue && sMax32 <= int.MaxValue)
            (result.SMin32, result.SMax32) = ((int)sMin32, (int)sMax32);
        return result;
    }

    static bool SubtractOverflows(long left, long right, long difference) => ((left ^ right) & (left ^ difference)) < 0;

    static ScalarRange Multiply(in ScalarRange left, in ScalarRange right)
    {
        if (left.IsConstant && right.IsConstant)
            return ScalarRange.Constant(unchecked(left.Value * right.Value));
        ScalarRange result = ScalarRange.Unknown;
        result.Bits = left.Bits * right.Bits;
        if (Math.BigMul(left.UMax, right.UMax, out ulong uMax) == 0)
            (result.UMin, result.UMax) = (left.UMin * right.UMin, uMax);
        ulong uMax32 = (ulong)left.UMax32 * right.UMax32;
        if (uMax32 <= uint.MaxValue)
            (result.UMin32, result.UMax32) = (left.UMin32 * right.UMin32, (uint)uMax32);
        if (Corners(left.SMin, left.SMax, right.SMin, right.SMax, long.MinValue, long.MaxValue, out Int128 low, out Int128 high))
            (result.SMin, result.SMax) = ((long)low, (long)high);
        if (Corners(left.SMin32, left.SMax32, right.SMin32, right.SMax32, int.MinValue, int.MaxValue, out low, out high))
            (result.SMin32, result.SMax32) = ((int)low, (int)high);
        return result;
    }

    static bool Corners(long a, long b, long c, long d, long lowest, long highest, out Int128 low, out Int128 high)
    {
        Int128 ac = (Int128)a * c;
        Int128 ad = (Int128)a * d;
        Int128 bc = (Int128)b * c;
        Int128 bd = (Int128)b * d;
        low = Int128.Min(Int128.Min(ac, ad), Int128.Min(bc, bd));
        high = Int128.Max(Int128.Max(ac, ad), Int128.Max(bc, bd));
        return low >= lowest && high <= highest;
    }

    static ScalarRange And(in ScalarRange left, in ScalarRange right)
    {
        ScalarRange result = ScalarRange.Unknown;
        result.Bits = left.Bits & right.Bits;
        result.UMax = Math.Min(left.UMax, right.UMax);
        result.UMax32 = Math.Min(left.UMax32, right.UMax32);
        return result;
    }

    static ScalarRange Or(in ScalarRange left, in ScalarRange right)
    {
        ScalarRange result = ScalarRange.Unknown;
        result.Bits = left.Bits | right.Bits;
        result.UMin = Math.Max(left.UMin, right.UMin);
        result.UMin32 = Math.Max(left.UMin32, right.UMin32);
        return result;
    }

    static ScalarRange Xor(in ScalarRange left, in ScalarRange right)
    {
        ScalarRange result = ScalarRange.Unknown;
        result.Bits = left.Bits ^ right.Bits;
        return result;
    }

    // A shift by the width or more is a shift by its remainder on the machine (RFC 9669, section 4.1); nothing is claimed of it.
    static bool IsShift(in ScalarRange amount, bool wide, out int bits)
    {
        int width = wide ? 64 : 32;
        bits = (int)Math.Min(amount.UMax, 64);
        return (wide ? amount.IsConstant : amount.IsConstant32) && bits < width;
    }

    static ScalarRange ShiftLeft(in ScalarRange left, in ScalarRange right, bool wide)
    {
        ScalarRange result = ScalarRange.Unknown;
        if (!IsShift(right, wide, out int bits))
            return result;
        // Ranges are kept while they do not reach beyond the highest bit, which is as far as the kernel keeps them.
        result.Bits = left.Bits << bits;
        if (left.UMax <= 1UL << (63 - bits))
            (result.UMin, result.UMax) = (left.UMin << bits, left.UMax << bits);
        if (bits < 32 && left.UMax32 <= 1U << (31 - bits))
            (result.UMin32, result.UMax32) = (left.UMin32 << bits, left.UMax32 << bits);
        // Half of a sign extension by two shifts: the sign of the low half becomes that of the whole.
        if (wide && bits == 32)
            (result.SMin, result.SMax) = ((long)left.SMin32 << 32, (long)left.SMax32 << 32);
        return result;
    }

    static ScalarRange ShiftRight(in ScalarRange left, in ScalarRange right, bool wide)
    {
        ScalarRange result = ScalarRange.Unknown;
        if (!IsShift(right, wide, out int bits))
            return result;
        if (wide)
        {
            result.Bits = left.Bits >>> bits;
            (result.UMin, result.UMax) = (left.UMin >> bits, left.UMax >> bits);
        }
        else
        {
            result.Bits = Tnum.Unknown.WithLow32(left.Bits.Low32 >>> bits);
            (result.UMin32, result.UMax32) = (left.UMin32 >> bits, left.UMax32 >> bits);
        }

        return result;
    }

    static ScalarRange ShiftRightArithmetic(in ScalarRange left, in ScalarRange right, bool wide)
    {
        ScalarRange result = ScalarRange.Unknown;
        if (!IsShift(right, wide, out int bits))
            return result;
        if (wide)
        {
            result.Bits = left.Bits.ShiftRightArithmetic(bits, 64);
            (result.SMin, result.SMax) = (left.SMin >> bits, left.SMax >> bits);
        }
        else
        {
            result.Bits = Tnum.Unknown.WithLow32(left.Bits.Low32.ShiftRightArithmetic(bits, 32));
            (result.SMin32, result.SMax32) = (left.SMin32 >> bits, left.SMax32 >> bits);
        }

        return result;
    }
}
