// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Globalization;

namespace NopTap.Verifier.Domains;

/// <summary>What is known of a 64-bit number: bits, unsigned and signed intervals, and the same of its low half.</summary>
/// <remarks>
/// The five views constrain one another: <see cref="Sync"/> carries what one knows to the others. All operations return a set that
/// contains every possible result; none allocates.
/// </remarks>
struct ScalarRange
{
    public Tnum Bits;
    public ulong UMin;
    public ulong UMax;
    public long SMin;
    public long SMax;
    public uint UMin32;
    public uint UMax32;
    public int SMin32;
    public int SMax32;

    public static readonly ScalarRange Unknown = new()
    {
        Bits = Tnum.Unknown,
        UMin = 0,
        UMax = ulong.MaxValue,
        SMin = long.MinValue,
        SMax = long.MaxValue,
        UMin32 = 0,
        UMax32 = uint.MaxValue,
        SMin32 = int.MinValue,
        SMax32 = int.MaxValue,
    };

    public static ScalarRange Constant(ulong value) => new()
    {
        Bits = Tnum.Constant(value),
        UMin = value,
        UMax = value,
        SMin = (long)value,
        SMax = (long)value,
        UMin32 = (uint)value,
        UMax32 = (uint)value,
        SMin32 = (int)value,
        SMax32 = (int)value,
    };

    /// <summary>All values of an unsigned interval.</summary>
    public static ScalarRange Between(ulong minimum, ulong maximum)
    {
        ScalarRange range = Unknown;
        range.UMin = minimum;
        range.UMax = maximum;
        range.Sync();
        return range;
    }

    /// <summary>All values of a signed interval.</summary>
    public static ScalarRange BetweenSigned(long minimum, long maximum)
    {
        ScalarRange range = Unknown;
        range.SMin = minimum;
        range.SMax = maximum;
        range.Sync();
        return range;
    }

    /// <summary>What a load of so many bytes may give, zero-extended.</summary>
    public static ScalarRange OfBytes(int bytes) => bytes >= 8 ? Unknown : Between(0, (1UL << (bytes * 8)) - 1);

    public readonly bool IsConstant => Bits.IsConstant;

    public readonly bool IsConstant32 => (uint)Bits.Mask == 0;

    public readonly bool IsUnknown => Bits.Mask == ulong.MaxValue && UMin == 0 && UMax == ulong.MaxValue
        && SMin == long.MinValue && SMax == long.MaxValue && UMin32 == 0 && UMax32 == uint.MaxValue && SMin32 == int.MinValue && SMax32 == int.MaxValue;

    public readonly ulong Value => Bits.Value;

    public readonly bool Contains(ulong value) => Bits.Contains(value) && value >= UMin && value <= UMax && (long)value >= SMin && (long)value <= SMax
        && (uint)value >= UMin32 && (uint)value <= UMax32 && (int)value >= SMin32 && (int)value <= SMax32;

    /// <summary>Whether every value of another range is in this one.</summary>
    public readonly bool Includes(in ScalarRange other) => UMin <= other.UMin && UMax >= other.UMax && SMin <= other.SMin && SMax >= other.SMax
        && UMin32 <= other.UMin32 && UMax32 >= other.UMax32 && SMin32 <= other.SMin32 && SMax32 >= other.SMax32 && Bits.Includes(other.Bits);

    public readonly bool SameAs(in ScalarRange other) => Bits == other.Bits && UMin == other.UMin && UMax == other.UMax && SMin == other.SMin
        && SMax == other.SMax && UMin32 == other.UMin32 && UMax32 == other.UMax32 && SMin32 == other.SMin32 && SMax32 == other.SMax32;

    /// <summary>Carries what each view knows to the others.</summary>
    /// <returns>False when they contradict each other: there is no such value.</returns>
    public bool Sync()
    {
        FromBits();
        // Three rounds, as the kernel: later ones would hardly improve anything; each is sound by itself.
        for (int round = 0; round < 3; round++)
        {
            // What wraps below is told from what is empty by the order of its ends.
            if (IsEmpty)
                return false;
            LowFromHigh();
            Sync32();
            Sync64();
            HighFromLow();
        }

        if (!ToBits())
            return false;
        FromBits();
        return !IsEmpty;
    }

    readonly bool IsEmpty => UMin > UMax || SMin > SMax || UMin32 > UMax32 || SMin32 > SMax32;

    void FromBits()
    {
        if (UMin > Bits.Minimum || UMax < Bits.Maximum)
            OnlyOne();
        const ulong sign = 1UL << 63;
        UMin = Math.Max(UMin, Bits.Minimum);
        UMax = Math.Min(UMax, Bits.Maximum);
        SMin = Math.Max(SMin, (long)(Bits.Value | (Bits.Mask & sign)));
        SMax = Math.Min(SMax, (long)(Bits.Value | (Bits.Mask & ~sign)));
        Tnum low = Bits.Low32;
        UMin32 = Math.Max(UMin32, (uint)low.Minimum);
        UMax32 = Math.Min(UMax32, (uint)low.Maximum);
        SMin32 = Math.Max(SMin32, (int)(uint)(low.Value | (low.Mask & 0x8000_0000)));
        SMax32 = Math.Min(SMax32, (int)(uint)(low.Value | (low.Mask & 0x7fff_ffff)));
    }

    // Where known bits leave the interval a single number, that is the number.
    void OnlyOne()
    {
        if (Bits.IsConstant || !Bits.TryFirst(UMin, out ulong first) || first > UMax)
            return;
        if (!Bits.TryNext(first, out ulong next) || next > UMax)
            Bits = Tnum.Constant(first);
    }

    // Where an interval does not cross the point at which the other view wraps, both views order its values alike. A signed one that does
    // is two unsigned ones, at either end; the other view may rule out one of them.
    void Sync64()
    {
        if ((long)UMin <= (long)UMax)
        {
            SMin = Math.Max(SMin, (long)UMin);
            SMax = Math.Min(SMax, (long)UMax);
        }

        if ((ulong)SMin <= (ulong)SMax)
        {
            UMin = Math.Max(UMin, (ulong)SMin);
            UMax = Math.Min(UMax, (ulong)SMax);
        }
        else if (UMax < (ulong)SMin)
        {
            SMin = (long)UMin;
            UMax = Math.Min(UMax, (ulong)SMax);
        }
        else if (UMin > (ulong)SMax)
        {
            SMax = (long)UMax;
            UMin = Math.Max(UMin, (ulong)SMin);
        }
    }

    void Sync32()
    {
        if ((int)UMin32 <= (int)UMax32)
            NarrowSigned32((int)UMin32, (int)UMax32);
        if ((uint)SMin32 <= (uint)SMax32)
        {
            Narrow32((uint)SMin32, (uint)SMax32);
        }
        else if (UMax32 < (uint)SMin32)
        {
            SMin32 = (int)UMin32;
            UMax32 = Math.Min(UMax32, (uint)SMax32);
        }
        else if (UMin32 > (uint)SMax32)
        {
            SMax32 = (int)UMax32;
            UMin32 = Math.Max(UMin32, (uint)SMin32);
        }
    }

    void LowFromHigh()
    {
        LowOf(UMin, UMax);
        LowOf((ulong)SMin, (ulong)SMax);
    }

    // An interval whose ends share the high half is one of the low half, as far as a view orders the ends so. One that goes on into the
    // next high half is one of the signed view when it goes from negative numbers to others.
    void LowOf(ulong first, ulong last)
    {
        uint steps = (uint)(last >> 32) - (uint)(first >> 32);
        if (steps == 0 && (uint)first <= (uint)last)
            Narrow32((uint)first, (uint)last);
        if ((steps == 0 && (int)first <= (int)last) || (steps == 1 && (int)first < 0 && (int)last >= 0))
            NarrowSigned32((int)first, (int)last);
    }

    void Narrow32(uint minimum, uint maximum)
    {
        UMin32 = Math.Max(UMin32, minimum);
        UMax32 = Math.Min(UMax32, maximum);
    }

    void NarrowSigned32(int minimum, int maximum)
    {
        SMin32 = Math.Max(SMin32, minimum);
        SMax32 = Math.Min(SMax32, maximum);
    }

    void HighFromLow()
    {
        const ulong high = ~0xffff_ffffUL;
        UMin = Math.Max(UMin, (UMin & high) | UMin32);
        UMax = Math.Min(UMax, (UMax & high) | UMax32);
        SMin = Math.Max(SMin, (long)(((ulong)SMin & high) | UMin32));
        SMax = Math.Min(SMax, (long)(((ulong)SMax & high) | UMax32));
        // Sign-extended numbers whose low half is not negative are that half.
        if (SMin32 >= 0 && SMin >= int.MinValue && SMax <= int.MaxValue)
        {
            (SMin, SMax) = (SMin32, SMax32);
            UMin = Math.Max(UMin, (ulong)SMin);
            UMax = Math.Min(UMax, (ulong)SMax);
        }
    }

    bool ToBits()
    {
        if (!Tnum.TryIntersect(Bits, Tnum.Range(UMin, UMax), out Tnum bits))
            return false;
        if (!Tnum.TryIntersect(bits.Low32, Tnum.Range(UMin32, UMax32), out Tnum low))
            return false;
        Bits = bits.WithLow32(low);
        return true;
    }

    /// <summary>The low half, zero-extended: the result of a 32-bit instruction.</summary>
    public readonly ScalarRange ZeroExtend32()
    {
        ScalarRange range = this;
        range.Bits = Bits.Low32;
        range.UMin = UMin32;
        range.UMax = UMax32;
        range.SMin = UMin32;
        range.SMax = UMax32;
        range.Sync();
        return range;
    }

    /// <summary>The lowest bytes in reverse order: known bits move, bounds are lost.</summary>
    public readonly ScalarRange SwapBytes(int bytes)
    {
        int shift = 64 - (8 * bytes);
        ScalarRange range = Unknown;
        range.Bits = new Tnum(BinaryPrimitives.ReverseEndianness(Bits.Value) >>> shift, BinaryPrimitives.ReverseEndianness(Bits.Mask) >>> shift);
        range.Sync();
        return range;
    }

    /// <summary>The low bytes, zero-extended.</summary>
    public readonly ScalarRange Truncate(int bytes)
    {
        if (bytes >= 8)
            return this;
        if (bytes == 4)
            return ZeroExtend32();
        ulong mask = (1UL << (bytes * 8)) - 1;
        ScalarRange range = Unknown;
        range.Bits = Bits.Truncate(bytes);
        bool same = (UMin & ~mask) == (UMax & ~mask);
        range.UMin = same ? UMin & mask : 0;
        range.UMax = same ? UMax & mask : mask;
        range.Sync();
        return range;
    }

    /// <summary>The low bits, sign-extended to 64.</summary>
    public readonly ScalarRange SignExtend(int bits)
    {
        if (IsConstant)
            return Constant((ulong)Extend((long)Value, bits));
        (long minimum, long maximum) = Extend(SMin, SMax, bits);
        return BetweenSigned(minimum, maximum);
    }

    /// <summary>The low bits, sign-extended to 32 and then zero-extended.</summary>
    public readonly ScalarRange SignExtend32(int bits)
    {
        if (IsConstant32)
            return Constant((uint)Extend((int)Value, bits));
        (long minimum, long maximum) = Extend(SMin32, SMax32, bits);
        ScalarRange range = Unknown;
        (range.SMin32, range.SMax32) = ((int)minimum, (int)maximum);
        return range.ZeroExtend32();
    }

    // Where the ends agree in all that is above the bits and in the sign, the order is kept; else nothing is left of them.
    static (long Minimum, long Maximum) Extend(long minimum, long maximum, int bits)
    {
        (long first, long last) = (Extend(minimum, bits), Extend(maximum, bits));
        bool ordered = minimum >> bits == maximum >> bits && first < 0 == last < 0;
        return ordered ? (first, last) : (-1L << (bits - 1), ~(-1L << (bits - 1)));
    }

    static long Extend(long value, int bits) => value << (64 - bits) >> (64 - bits);

    public override readonly string ToString()
    {
        if (IsConstant)
            return ((long)Value).ToString(CultureInfo.InvariantCulture);
        if (IsUnknown)
            return "any";
        string text = SMin >= 0 || UMax < ulong.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{UMin} to {UMax}")
            : string.Create(CultureInfo.InvariantCulture, $"{SMin} to {SMax}");
        return text == "0 to 18446744073709551615" || (SMin == long.MinValue && SMax == long.MaxValue && UMax == ulong.MaxValue) ? $"any of bits {Bits}" : text;
    }
}
