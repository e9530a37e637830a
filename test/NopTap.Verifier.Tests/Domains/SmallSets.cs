// SPDX-License-Identifier: Apache-2.0

using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>A range and all numbers in it.</summary>
/// <param name="Family">Where it lies: sets of one family are paired exhaustively.</param>
readonly record struct SmallSet(int Family, ScalarRange Range, ulong[] Members);

/// <summary>
/// Every range of a narrow domain, embedded where the 64-bit domain has an edge: the intervals of a window of eight numbers around each
/// point at which a view wraps, those of the low half under several high halves, and known bits over four bits wherever halves and
/// signs meet.
/// </summary>
static class SmallSets
{
    const int Window = 8;

    static readonly ulong[] s_edges =
    [
        0, 1UL << 31, 1UL << 32, 1UL << 63, (1UL << 32) + (1UL << 31), unchecked((ulong)-(1L << 31)), unchecked((ulong)-(1L << 32)), (1UL << 63) + (1UL << 31),
    ];

    static readonly int[][] s_bits = [[0, 1, 2, 3], [30, 31, 32, 33], [60, 61, 62, 63], [0, 31, 32, 63]];

    // High halves that a low half may stand under: one unknown bit above, the sign unknown, both.
    static readonly Tnum[] s_highs = [new(0, 1UL << 32), new(0x7fff_ffffUL << 32, 1UL << 63), new(0xffff_fffeUL << 32, 1UL << 32)];

    public static IReadOnlyList<SmallSet> All { get; } = Build();

    static List<SmallSet> Build()
    {
        var sets = new List<SmallSet>();
        for (int i = 0; i < s_edges.Length; i++)
            AddIntervals(sets, i, s_edges[i] - (Window / 2));
        for (int i = 0; i < s_bits.Length; i++)
            AddKnownBits(sets, s_edges.Length + i, s_bits[i]);
        for (int i = 0; i < s_highs.Length; i++)
        {
            AddLowIntervals(sets, s_edges.Length + s_bits.Length + i, uint.MaxValue - (Window / 2) + 1, s_highs[i]);
            AddLowIntervals(sets, s_edges.Length + s_bits.Length + i, (1U << 31) - (Window / 2), s_highs[i]);
        }

        return sets;
    }

    // From each number of the window to each later one, as an unsigned and as a signed interval where it is one.
    static void AddIntervals(List<SmallSet> sets, int family, ulong start)
    {
        for (int first = 0; first < Window; first++)
        {
            for (int last = first; last < Window; last++)
            {
                (ulong from, ulong to) = (start + (ulong)first, start + (ulong)last);
                ulong[] members = [.. Enumerable.Range(first, last - first + 1).Select(i => start + (ulong)i)];
                if (from <= to)
                    Add(sets, family, ScalarRange.Between(from, to), members);
                if ((long)from <= (long)to)
                    Add(sets, family, ScalarRange.BetweenSigned((long)from, (long)to), members);
            }
        }
    }

    static void AddKnownBits(List<SmallSet> sets, int family, int[] places)
    {
        for (int shape = 0; shape < 81; shape++)
        {
            ulong value = 0;
            ulong mask = 0;
            for (int i = 0, rest = shape; i < 4; i++, rest /= 3)
            {
                value |= rest % 3 == 1 ? 1UL << places[i] : 0;
                mask |= rest % 3 == 2 ? 1UL << places[i] : 0;
            }

            ScalarRange range = ScalarRange.Unknown;
            range.Bits = new Tnum(value, mask);
            if (!range.Sync())
                throw new InvalidOperationException($"no number is in {range.Bits}");
            Add(sets, family, range, [.. Subsets(mask).Select(bits => bits | value)]);
        }
    }

    static void AddLowIntervals(List<SmallSet> sets, int family, uint start, Tnum high)
    {
        for (int first = 0; first < Window; first++)
        {
            for (int last = first; last < Window; last++)
            {
                (uint from, uint to) = (start + (uint)first, start + (uint)last);
                ScalarRange range = ScalarRange.Unknown;
                range.Bits = new Tnum(high.Value, high.Mask | uint.MaxValue);
                if (from <= to)
                    (range.UMin32, range.UMax32) = (from, to);
                else
                    (range.SMin32, range.SMax32) = ((int)from, (int)to);
                if (!range.Sync())
                    throw new InvalidOperationException($"no number is in {from} to {to}");
                ulong[] members = [.. Subsets(high.Mask).SelectMany(bits => Enumerable.Range(first, last - first + 1).Select(i => high.Value | bits | (start + (uint)i)))];
                Add(sets, family, range, members);
            }
        }
    }

    static void Add(List<SmallSet> sets, int family, ScalarRange range, ulong[] members)
    {
        if (sets.Count == 0 || !sets[^1].Range.SameAs(range))
            sets.Add(new SmallSet(family, range, members));
    }

    /// <summary>All subsets of some bits.</summary>
    public static IEnumerable<ulong> Subsets(ulong mask)
    {
        ulong subset = 0;
        do
        {
            yield return subset;
            subset = (subset - mask) & mask;
        }
        while (subset != 0);
    }

    /// <summary>Pairs to be tried: all of one family, and every <paramref name="every"/>th of two.</summary>
    public static IEnumerable<(SmallSet Left, SmallSet Right)> Pairs(int every)
    {
        IReadOnlyList<SmallSet> all = All;
        for (int i = 0; i < all.Count; i++)
        {
            for (int j = 0; j < all.Count; j++)
            {
                if (all[i].Family == all[j].Family || ((i * 7) + (j * 5)) % every == 0)
                    yield return (all[i], all[j]);
            }
        }
    }
}
