// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Domains;

/// <summary>Comparisons of two <see cref="ScalarRange"/>: whether the outcome is certain, and what each outcome says of the operands.</summary>
static class ScalarBranch
{
    /// <summary>1 when the jump is always taken, 0 when never, -1 when both may happen.</summary>
    public static int Decide(byte operation, in ScalarRange left, in ScalarRange right, bool wide) =>
        wide ? Decide64(operation, left, right) : Decide32(operation, left, right);

    static int Decide64(byte operation, in ScalarRange l, in ScalarRange r) => operation switch
    {
        Opcode.Jeq => Equal(l, r, wide: true),
        Opcode.Jne => Not(Equal(l, r, wide: true)),
        Opcode.Jset => Set(l.Bits, r.Bits),
        Opcode.Jgt => l.UMin > r.UMax ? 1 : l.UMax <= r.UMin ? 0 : -1,
        Opcode.Jge => l.UMin >= r.UMax ? 1 : l.UMax < r.UMin ? 0 : -1,
        Opcode.Jlt => l.UMax < r.UMin ? 1 : l.UMin >= r.UMax ? 0 : -1,
        Opcode.Jle => l.UMax <= r.UMin ? 1 : l.UMin > r.UMax ? 0 : -1,
        Opcode.Jsgt => l.SMin > r.SMax ? 1 : l.SMax <= r.SMin ? 0 : -1,
        Opcode.Jsge => l.SMin >= r.SMax ? 1 : l.SMax < r.SMin ? 0 : -1,
        Opcode.Jslt => l.SMax < r.SMin ? 1 : l.SMin >= r.SMax ? 0 : -1,
        Opcode.Jsle => l.SMax <= r.SMin ? 1 : l.SMin > r.SMax ? 0 : -1,
        _ => -1,
    };

    static int Decide32(byte operation, in ScalarRange l, in ScalarRange r) => operation switch
    {
        Opcode.Jeq => Equal(l, r, wide: false),
        Opcode.Jne => Not(Equal(l, r, wide: false)),
        Opcode.Jset => Set(l.Bits.Low32, r.Bits.Low32),
        Opcode.Jgt => l.UMin32 > r.UMax32 ? 1 : l.UMax32 <= r.UMin32 ? 0 : -1,
        Opcode.Jge => l.UMin32 >= r.UMax32 ? 1 : l.UMax32 < r.UMin32 ? 0 : -1,
        Opcode.Jlt => l.UMax32 < r.UMin32 ? 1 : l.UMin32 >= r.UMax32 ? 0 : -1,
        Opcode.Jle => l.UMax32 <= r.UMin32 ? 1 : l.UMin32 > r.UMax32 ? 0 : -1,
        Opcode.Jsgt => l.SMin32 > r.SMax32 ? 1 : l.SMax32 <= r.SMin32 ? 0 : -1,
        Opcode.Jsge => l.SMin32 >= r.SMax32 ? 1 : l.SMax32 < r.SMin32 ? 0 : -1,
        Opcode.Jslt => l.SMax32 < r.SMin32 ? 1 : l.SMin32 >= r.SMax32 ? 0 : -1,
        Opcode.Jsle => l.SMax32 <= r.SMin32 ? 1 : l.SMin32 > r.SMax32 ? 0 : -1,
        _ => -1,
    };

    static int Not(int outcome) => outcome < 0 ? outcome : 1 - outcome;

    // As the kernel: two values of which neither is known decide nothing.
    static int Set(Tnum left, Tnum right) => !left.IsConstant && !right.IsConstant ? -1 : (left.Value & right.Value) != 0 ? 1 : (left.Maximum & right.Maximum) == 0 ? 0 : -1;

    static int Equal(in ScalarRange l, in ScalarRange r, bool wide)
    {
        Tnum left = wide ? l.Bits : l.Bits.Low32;
        Tnum right = wide ? r.Bits : r.Bits.Low32;
        if (left.IsConstant && right.IsConstant)
            return left.Value == right.Value ? 1 : 0;
        if (!Tnum.TryIntersect(left, right, out _))
            return 0;
        bool apart = l.UMin32 > r.UMax32 || l.UMax32 < r.UMin32 || l.SMin32 > r.SMax32 || l.SMax32 < r.SMin32
            || (wide && (l.UMin > r.UMax || l.UMax < r.UMin || l.SMin > r.SMax || l.SMax < r.SMin));
        return apart ? 0 : -1;
    }

    /// <summary>Narrows both operands to the values with which a jump is taken.</summary>
    /// <returns>False when there are none: the path cannot happen.</returns>
    public static bool Refine(byte operation, ref ScalarRange left, ref ScalarRange right, bool wide)
    {
        switch (operation)
        {
            case Opcode.Jeq:
                return wide ? Meet64(ref left, ref right) : Meet32(ref left, ref right);
            case Opcode.Jne:
                Exclude(ref left, right, wide);
                Exclude(ref right, left, wide);
                break;
            case Opcode.Jset:
                if (IsBit(right, wide))
                    return KeepBit(ref left, wide ? right.Value : (uint)right.Value);
                if (IsBit(left, wide))
                    return KeepBit(ref right, wide ? left.Value : (uint)left.Value);
                break;
            case Opcode.Jgt:
                return Less(ref right, ref left, wide, 1);
            case Opcode.Jge:
                return Less(ref right, ref left, wide, 0);
            case Opcode.Jlt:
                return Less(ref left, ref right, wide, 1);
            case Opcode.Jle:
                return Less(ref left, ref right, wide, 0);
            case Opcode.Jsgt:
                return LessSigned(ref right, ref left, wide, 1);
            case Opcode.Jsge:
                return LessSigned(ref right, ref left, wide, 0);
            case Opcode.Jslt:
                return LessSigned(ref left, ref right, wide, 1);
            case Opcode.Jsle:
                return LessSigned(ref left, ref right, wide, 0);
        }

        return left.Sync() & right.Sync();
    }

    /// <summary>Narrows both operands to the values with which a jump is not taken.</summary>
    public static bool RefineNot(byte operation, ref ScalarRange left, ref ScalarRange right, bool wide)
    {
        if (operation != Opcode.Jset)
            return Refine(Opposite(operation), ref left, ref right, wide);
        if (wide ? right.IsConstant : right.IsConstant32)
            return ClearBits(ref left, wide ? right.Value : (uint)right.Value);
        return !(wide ? left.IsConstant : left.IsConstant32) || ClearBits(ref right, wide ? left.Value : (uint)left.Value);
    }

    // The bits that must be clear are all that is kept: the kernel forgets the intervals, and what it cannot prove is not accepted here.
    static bool ClearBits(ref ScalarRange range, ulong bits)
    {
        if ((range.Bits.Value & bits) != 0)
            return false;
        Tnum cleared = range.Bits;
        range = ScalarRange.Unknown;
        range.Bits = new Tnum(cleared.Value, cleared.Mask & ~bits);
        return range.Sync();
    }

    static byte Opposite(byte operation) => operation switch
    {
        Opcode.Jeq => Opcode.Jne,
        Opcode.Jne => Opcode.Jeq,
        Opcode.Jgt => Opcode.Jle,
        Opcode.Jge => Opcode.Jlt,
        Opcode.Jlt => Opcode.Jge,
        Opcode.Jle => Opcode.Jgt,
        Opcode.Jsgt => Opcode.Jsle,
        Opcode.Jsge => Opcode.Jslt,
        Opcode.Jslt => Opcode.Jsge,
        _ => Opcode.Jsgt,
    };

    static bool IsBit(in ScalarRange range, bool wide) =>
        wide ? range.IsConstant && ulong.IsPow2(range.Value) : range.IsConstant32 && ulong.IsPow2((uint)range.Value);

    static bool KeepBit(ref ScalarRange left, ulong bit)
    {
        left.Bits = new Tnum(left.Bits.Value | bit, left.Bits.Mask & ~bit);
        return left.Sync();
    }

    // The low halves are left to what follows for each of the two, as the kernel leaves them.
    static bool Meet64(ref ScalarRange l, ref ScalarRange r)
    {
        if (!Tnum.TryIntersect(l.Bits, r.Bits, out Tnum bits))
            return false;
        l.Bits = r.Bits = bits;
        l.UMin = r.UMin = Math.Max(l.UMin, r.UMin);
        l.UMax = r.UMax = Math.Min(l.UMax, r.UMax);
        l.SMin = r.SMin = Math.Max(l.SMin, r.SMin);
        l.SMax = r.SMax = Math.Min(l.SMax, r.SMax);
        return l.Sync() & r.Sync();
    }

    static void MeetLow(ref ScalarRange l, in ScalarRange r)
    {
        l.UMin32 = Math.Max(l.UMin32, r.UMin32);
        l.UMax32 = Math.Min(l.UMax32, r.UMax32);
        l.SMin32 = Math.Max(l.SMin32, r.SMin32);
        l.SMax32 = Math.Min(l.SMax32, r.SMax32);
    }

    static bool Meet32(ref ScalarRange l, ref ScalarRange r)
    {
        if (!Tnum.TryIntersect(l.Bits.Low32, r.Bits.Low32, out Tnum low))
            return false;
        l.Bits = l.Bits.WithLow32(low);
        r.Bits = r.Bits.WithLow32(low);
        MeetLow(ref l, r);
        MeetLow(ref r, l);
        return l.Sync() & r.Sync();
    }

    // Only an end of the interval can be cut off.
    static void Exclude(ref ScalarRange range, in ScalarRange other, bool wide)
    {
        if (wide && other.IsConstant)
        {
            ulong value = other.Value;
            if (range.UMin == value && value != ulong.MaxValue)
                range.UMin++;
            if (range.UMax == value && value != 0)
                range.UMax--;
            if (range.SMin == (long)value && (long)value != long.MaxValue)
                range.SMin++;
            if (range.SMax == (long)value && (long)value != long.MinValue)
                range.SMax--;
        }
        else if (!wide && other.IsConstant32)
        {
            uint value = (uint)other.Value;
            if (range.UMin32 == value && value != uint.MaxValue)
                range.UMin32++;
            if (range.UMax32 == value && value != 0)
                range.UMax32--;
            if (range.SMin32 == (int)value && (int)value != int.MaxValue)
                range.SMin32++;
            if (range.SMax32 == (int)value && (int)value != int.MinValue)
                range.SMax32--;
        }
    }

    static bool Less(ref ScalarRange low, ref ScalarRange high, bool wide, uint gap)
    {
        if (wide)
        {
            if (high.UMax < gap || low.UMin > ulong.MaxValue - gap)
                return false;
            low.UMax = Math.Min(low.UMax, high.UMax - gap);
            high.UMin = Math.Max(high.UMin, low.UMin + gap);
        }
        else
        {
            if (high.UMax32 < gap || low.UMin32 > uint.MaxValue - gap)
                return false;
            low.UMax32 = Math.Min(low.UMax32, high.UMax32 - gap);
            high.UMin32 = Math.Max(high.UMin32, low.UMin32 + gap);
        }

        return low.Sync() & high.Sync();
    }

    static bool LessSigned(ref ScalarRange low, ref ScalarRange high, bool wide, int gap)
    {
        if (wide)
        {
            if (high.SMax < long.MinValue + gap || low.SMin > long.MaxValue - gap)
                return false;
            low.SMax = Math.Min(low.SMax, high.SMax - gap);
            high.SMin = Math.Max(high.SMin, low.SMin + gap);
        }
        else
        {
            if (high.SMax32 < int.MinValue + gap || low.SMin32 > int.MaxValue - gap)
                return false;
            low.SMax32 = Math.Min(low.SMax32, high.SMax32 - gap);
            high.SMin32 = Math.Max(high.SMin32, low.SMin32 + gap);
        }

        return low.Sync() & high.Sync();
    }
}
