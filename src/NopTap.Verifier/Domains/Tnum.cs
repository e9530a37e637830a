// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace NopTap.Verifier.Domains;

/// <summary>A 64-bit value of which some bits are known ("tristate number"; Vishwanathan et al., CGO 2022).</summary>
/// <remarks>Invariant: no bit is set in both. A bit of <paramref name="Mask"/> is unknown; otherwise the bit of <paramref name="Value"/> holds.</remarks>
/// <param name="Value">Known ones.</param>
/// <param name="Mask">Unknown bits.</param>
readonly record struct Tnum(ulong Value, ulong Mask)
{
    public static Tnum Unknown => new(0, ulong.MaxValue);

    public bool IsConstant => Mask == 0;

    /// <summary>Smallest value.</summary>
    public ulong Minimum => Value;

    /// <summary>Largest value.</summary>
    public ulong Maximum => Value | Mask;

    public static Tnum Constant(ulong value) => new(value, 0);

    /// <summary>The tightest one that contains all of an unsigned interval: the common high bits are known.</summary>
    public static Tnum Range(ulong minimum, ulong maximum)
    {
        int unknown = 64 - BitOperations.LeadingZeroCount(minimum ^ maximum);
        ulong mask = unknown >= 64 ? ulong.MaxValue : (1UL << unknown) - 1;
        return new Tnum(minimum & ~mask, mask);
    }

    public bool Contains(ulong value) => (value & ~Mask) == Value;

    /// <summary>The smallest value that is not below a bound, if there is one.</summary>
    public bool TryFirst(ulong bound, out ulong first)
    {
        first = bound;
        ulong wrong = (bound ^ Value) & ~Mask;
        if (wrong == 0)
            return true;
        // Below the highest bit that is wrong the unknown ones are free: 0 where that bit has to rise, else what is above must.
        ulong below = ulong.MaxValue >> BitOperations.LeadingZeroCount(wrong);
        bool rises = (Value & ~(below >> 1) & below) != 0;
        first = rises ? (bound & ~below & Mask) | Value : (((bound | ~Mask | below) + 1) & Mask) | Value;
        return first > bound;
    }

    /// <summary>The value that follows one of the values, if there is one.</summary>
    public bool TryNext(ulong value, out ulong next)
    {
        next = (((value | ~Mask) + 1) & Mask) | Value;
        return next > value;
    }

    /// <summary>Whether every value of another one is in this one.</summary>
    public bool Includes(Tnum other) => (other.Mask & ~Mask) == 0 && (other.Value & ~Mask) == Value;

    public static Tnum operator +(Tnum left, Tnum right)
    {
        ulong values = left.Value + right.Value;
        // Bits where the sum of all ones differs from the sum of all known ones may be reached by a carry.
        ulong unknown = ((values + left.Mask + right.Mask) ^ values) | left.Mask | right.Mask;
        return new Tnum(values & ~unknown, unknown);
    }

    public static Tnum operator -(Tnum left, Tnum right)
    {
        ulong values = left.Value - right.Value;
        ulong unknown = ((values + left.Mask) ^ (values - right.Mask)) | left.Mask | right.Mask;
        return new Tnum(values & ~unknown, unknown);
    }

    public static Tnum operator &(Tnum left, Tnum right)
    {
        ulong ones = left.Value & right.Value;
        return new Tnum(ones, left.Maximum & right.Maximum & ~ones);
    }

    public static Tnum operator |(Tnum left, Tnum right)
    {
        ulong ones = left.Value | right.Value;
        return new Tnum(ones, (left.Mask | right.Mask) & ~ones);
    }

    public static Tnum operator ^(Tnum left, Tnum right)
    {
        ulong unknown = left.Mask | right.Mask;
        return new Tnum((left.Value ^ right.Value) & ~unknown, unknown);
    }

    /// <summary>Product by shift and add: for each bit of the left that may be set, the sums with and without the right are joined.</summary>
    public static Tnum operator *(Tnum left, Tnum right)
    {
        var product = new Tnum(0, 0);
        for (; left.Maximum != 0; left = left >>> 1, right = right << 1)
        {
            if ((left.Value & 1) != 0)
                product += right;
            else if ((left.Mask & 1) != 0)
                product = Join(product, product + right);
        }

        return product;
    }

    public static Tnum operator <<(Tnum left, int bits) => new(left.Value << bits, left.Mask << bits);

    public static Tnum operator >>>(Tnum left, int bits) => new(left.Value >>> bits, left.Mask >>> bits);

    /// <summary>Arithmetic shift of the low <paramref name="width"/> bits; the result is cut to that width.</summary>
    public Tnum ShiftRightArithmetic(int bits, int width)
    {
        if (width == 32)
            return new Tnum((uint)((int)Value >> bits), (uint)((int)Mask >> bits));
        return new Tnum((ulong)((long)Value >> bits), (ulong)((long)Mask >> bits));
    }

    /// <summary>The least one that includes both: a bit on which they differ is unknown.</summary>
    public static Tnum Join(Tnum left, Tnum right)
    {
        ulong mask = (left.Value ^ right.Value) | left.Mask | right.Mask;
        return new Tnum(left.Value & ~mask, mask);
    }

    /// <summary>Whether some value is in both; then it is in <paramref name="met"/>.</summary>
    public static bool TryIntersect(Tnum left, Tnum right, out Tnum met)
    {
        ulong mask = left.Mask & right.Mask;
        met = new Tnum((left.Value | right.Value) & ~mask, mask);
        return ((left.Value ^ right.Value) & ~(left.Mask | right.Mask)) == 0;
    }

    /// <summary>The low half, zero-extended.</summary>
    public Tnum Low32 => new((uint)Value, (uint)Mask);

    /// <summary>This with the low half taken from another.</summary>
    public Tnum WithLow32(Tnum low) => new((Value & ~0xffff_ffffUL) | (uint)low.Value, (Mask & ~0xffff_ffffUL) | (uint)low.Mask);

    /// <summary>The low bytes, zero-extended.</summary>
    public Tnum Truncate(int bytes)
    {
        ulong mask = bytes >= 8 ? ulong.MaxValue : (1UL << (bytes * 8)) - 1;
        return new Tnum(Value & mask, Mask & mask);
    }

    /// <summary>The low bits, sign-extended.</summary>
    public Tnum SignExtend(int bits)
    {
        int shift = 64 - bits;
        return new Tnum((ulong)((long)(Value << shift) >> shift), (ulong)((long)(Mask << shift) >> shift));
    }

    public override string ToString() => IsConstant ? $"0x{Value:x}" : $"(0x{Value:x}; 0x{Mask:x})";
}
