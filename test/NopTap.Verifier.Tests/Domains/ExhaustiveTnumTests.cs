// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>All pairs of known bits over four bits, at both ends of the word and across its middle, against brute force.</summary>
public sealed class ExhaustiveTnumTests
{
    const int Width = 4;

    static readonly int[] s_places = [0, 30, 60];

    /// <summary>All over four bits from a place on; above and below them, all zeros or all ones.</summary>
    static List<(Tnum Bits, ulong[] Members)> All(int place, bool ones)
    {
        ulong around = ones ? ~(((1UL << Width) - 1) << place) : 0;
        var all = new List<(Tnum, ulong[])>();
        for (ulong mask = 0; mask < 1 << Width; mask++)
        {
            foreach (ulong value in SmallSets.Subsets(~mask & ((1UL << Width) - 1)))
                all.Add((new Tnum((value << place) | around, mask << place), [.. SmallSets.Subsets(mask).Select(bits => ((bits | value) << place) | around)]));
        }

        return all;
    }

    static IEnumerable<((Tnum Bits, ulong[] Members) Left, (Tnum Bits, ulong[] Members) Right)> Pairs()
    {
        foreach (int place in s_places)
        {
            foreach (bool ones in new[] { false, true })
            {
                List<(Tnum Bits, ulong[] Members)> all = All(place, ones);
                List<(Tnum Bits, ulong[] Members)> low = place == 0 ? all : All(0, false);
                foreach ((Tnum Bits, ulong[] Members) left in all)
                {
                    foreach ((Tnum Bits, ulong[] Members) right in all)
                        yield return (left, right);
                    if (place == 0 && !ones)
                        continue;
                    foreach ((Tnum Bits, ulong[] Members) right in low)
                        yield return (left, right);
                }
            }
        }
    }

    [Fact]
    public void ResultsAreHeldAndPrecisionIsKnown()
    {
        StringBuilder text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{"operation",-16} {"results",9} {"best",9}\n");
        Binary(text, "add", (a, b) => a + b, (x, y) => x + y);
        Binary(text, "sub", (a, b) => a - b, (x, y) => x - y);
        Binary(text, "mul", (a, b) => a * b, (x, y) => x * y);
        Binary(text, "and", (a, b) => a & b, (x, y) => x & y);
        Binary(text, "or", (a, b) => a | b, (x, y) => x | y);
        Binary(text, "xor", (a, b) => a ^ b, (x, y) => x ^ y);
        Precision.Check("tnum", text);
    }

    static void Binary(StringBuilder text, string name, Func<Tnum, Tnum, Tnum> apply, Func<ulong, ulong, ulong> machine)
    {
        int results = 0;
        int best = 0;
        foreach (((Tnum Bits, ulong[] Members) left, (Tnum Bits, ulong[] Members) right) in Pairs())
        {
            Tnum have = apply(left.Bits, right.Bits);
            ulong ones = ulong.MaxValue;
            ulong any = 0;
            foreach (ulong x in left.Members)
            {
                foreach (ulong y in right.Members)
                {
                    ulong result = machine(x, y);
                    ones &= result;
                    any |= result;
                }
            }

            var hull = new Tnum(ones, any & ~ones);
            Assert.True(have.Includes(hull) && (have.Value & have.Mask) == 0, $"{name} of {left.Bits} and {right.Bits} is {have}, which lacks some of {hull}");
            results++;
            best += have == hull ? 1 : 0;
        }

        text.Append(CultureInfo.InvariantCulture, $"{name,-16} {results,9} {best,9}\n");
    }

    [Fact]
    public void MeetAndJoinAreThoseOfSets()
    {
        foreach (((Tnum Bits, ulong[] Members) left, (Tnum Bits, ulong[] Members) right) in Pairs())
        {
            ulong[] common = [.. left.Members.Intersect(right.Members)];
            bool met = Tnum.TryIntersect(left.Bits, right.Bits, out Tnum meet);
            Assert.Equal(common.Length > 0, met);
            if (met)
                Assert.Equal(common.Order(), SmallSets.Subsets(meet.Mask).Select(bits => bits | meet.Value).Order());
            Hull hull = Hull.Empty;
            foreach (ulong member in left.Members.Concat(right.Members))
                hull.Add(member);
            Assert.Equal(hull.Bits, Tnum.Join(left.Bits, right.Bits));
            Assert.Equal(right.Members.All(left.Members.Contains), left.Bits.Includes(right.Bits));
        }
    }

    [Fact]
    public void ShiftsExtensionsAndHalvesAreExact()
    {
        foreach (int place in s_places)
        {
            foreach ((Tnum bits, ulong[] members) in All(place, false).Concat(All(place, true)))
            {
                for (int by = 0; by < 64; by++)
                {
                    Exact(bits << by, members, value => value << by);
                    Exact(bits >>> by, members, value => value >> by);
                    Exact(bits.ShiftRightArithmetic(by, 64), members, value => (ulong)((long)value >> by));
                    Exact(bits.ShiftRightArithmetic(by & 31, 32), members, value => (uint)((int)value >> (by & 31)));
                }

                Exact(bits.Low32, members, value => (uint)value);
                Exact(bits.Truncate(1), members, value => (byte)value);
                Exact(bits.Truncate(8), members, value => value);
                Exact(bits.SignExtend(8), members, value => (ulong)(sbyte)value);
                Exact(bits.SignExtend(32), members, value => (ulong)(int)value);
                Exact(bits.WithLow32(Tnum.Constant(7)), members, value => (value & ~0xffff_ffffUL) | 7);
            }
        }
    }

    static void Exact(Tnum have, ulong[] members, Func<ulong, ulong> machine)
    {
        ulong ones = ulong.MaxValue;
        ulong any = 0;
        foreach (ulong member in members)
        {
            ulong result = machine(member);
            ones &= result;
            any |= result;
        }

        Assert.Equal(new Tnum(ones, any & ~ones), have);
    }

    [Fact]
    public void FirstAndNextWalkTheMembersInOrder()
    {
        foreach (int place in s_places)
        {
            foreach ((Tnum bits, ulong[] members) in All(place, false).Concat(All(place, true)))
            {
                ulong[] order = [.. members.Order()];
                foreach (ulong bound in members.SelectMany(member => new[] { member - 1, member, member + 1, member - (1UL << place), member + (1UL << place) }).Append(0UL).Append(ulong.MaxValue))
                {
                    bool exists = bits.TryFirst(bound, out ulong first);
                    Assert.Equal(order.Any(member => member >= bound), exists);
                    if (exists)
                        Assert.Equal(order.First(member => member >= bound), first);
                }

                for (int i = 0; i < order.Length; i++)
                {
                    Assert.Equal(i + 1 < order.Length, bits.TryNext(order[i], out ulong next));
                    if (i + 1 < order.Length)
                        Assert.Equal(order[i + 1], next);
                }
            }
        }
    }

    [Fact]
    public void AnIntervalBecomesItsCommonHighBits()
    {
        for (ulong low = 0; low < 64; low++)
        {
            for (ulong high = low; high < 64; high++)
            {
                Hull hull = Hull.Empty;
                // The highest bit on which the ends differ, and all below it, take both values somewhere in a block around the interval.
                int unknown = 64 - ulong.LeadingZeroCount(low ^ high) is var bits ? (int)bits : 0;
                ulong block = (1UL << unknown) - 1;
                hull.Add(low & ~block);
                hull.Add(low | block);
                Assert.Equal(hull.Bits, Tnum.Range(low, high));
                for (ulong value = low; value <= high; value++)
                    Assert.True(Tnum.Range(low, high).Contains(value));
            }
        }

        Assert.Equal(Tnum.Unknown, Tnum.Range(0, ulong.MaxValue));
    }
}
