// SPDX-License-Identifier: Apache-2.0

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
        // Two rounds reach what later rounds would hardly improve; each is sound by itself.
        for (int round = 0; round < 2; round++)
        {
            FromBits();
            Sync64();
            LowFromHigh();
            Sync32();
            HighFromLow();
            Sync64();
            if (UMin > UMax || SMin > SMax || UMin32 > UMax32 || SMin32 > SMax32 || !ToBits())
                return false;
        }

        return true;
    }

    void FromBits()
    {
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

    // Where an interval does not cross the point at which the other view wraps, both views order its values alike.
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
    }

    void Sync32()
    {
        if ((int)UMin32 <= (int)UMax32)
        {
            SMin32 = Math.Max(SMin32, (int)UMin32);
            SMax32 = Math.Min(SMax32, (int)UMax32);
        }

        if ((uint)SMin32 <= (uint)SMax32)
        {
            UMin32 = Math.Max(UMin32, (uint)SMin32);
            UMax32 = Math.Min(UMax32, (uint)SMax32);
        }
    }

    // An interval whose ends share the high half is an interval of the low half.
    void LowFromHigh()
    {
        if (UMin >> 32 == UMax >> 32)
            Narrow32((uint)UMin, (uint)UMax);
        if (SMin >> 32 == SMax >> 32)
            Narrow32((uint)SMin, (uint)SMax);
        if (SMin >= int.MinValue && SMax <= int.MaxValue)
        {
            SMin32 = Math.Max(SMin32, (int)SMin);
            SMax32 = Math.Min(SMax32, (int)SMax);
        }
    }

    void Narrow32(uint minimum, uint maximum)
    {
        UMin32 = Math.Max(UMin32, minimum);
        UMax32 = Math.Min(UMax32, maximum);
    }

    void HighFromLow()
    {
        const ulong high = ~0xffff_ffffUL;
        UMin = Math.Max(UMin, (UMin & high) | UMin32);
        UMax = Math.Min(UMax, (UMax & high) | UMax32);
        SMin = Math.Max(SMin, (long)(((ulong)SMin & high) | UMin32));
        SMax = Math.Min(SMax, (long)(((ulong)SMax & high) | UMax32));
        if (SMin >= int.MinValue && SMax <= int.MaxValue)
        {
            SMin = Math.Max(SMin, SMin32);
            SMax = Math.Min(SMax, SMax32);
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
        ScalarRange range = Unknown;
        range.Bits = Bits.SignExtend(bits);
        long lowest = -1L << (bits - 1);
        long highest = ~lowest;
        bool fits = SMin >= lowest && SMax <= highest;
        bool fits32 = bits == 32 || (SMin32 >= lowest && SMax32 <= highest);
        range.SMin = fits ? SMin : fits32 ? SMin32 : lowest;
        range.SMax = fits ? SMax : fits32 ? SMax32 : highest;
        range.Sync();
        return range;
    }

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
