// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests;

/// <summary>The domains against brute force at small widths, around the points where views wrap, and at full width on samples.</summary>
public sealed class DomainTests
{
    static readonly byte[] s_operations =
        [Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.And, Opcode.Or, Opcode.Xor, Opcode.Lsh, Opcode.Rsh, Opcode.Arsh, Opcode.Div, Opcode.Mod];

    static readonly byte[] s_comparisons =
        [Opcode.Jeq, Opcode.Jne, Opcode.Jset, Opcode.Jgt, Opcode.Jge, Opcode.Jlt, Opcode.Jle, Opcode.Jsgt, Opcode.Jsge, Opcode.Jslt, Opcode.Jsle];

    // Bases at which an interval of a few values lies across, or at, an end of one of the views.
    static readonly ulong[] s_bases = [0, unchecked((ulong)-3), (1UL << 31) - 2, (1UL << 32) - 2, (1UL << 63) - 2, 0x1_7fff_fffe, unchecked((ulong)(-(1L << 31) - 2))];

    static ulong Compute(byte operation, ulong a, ulong b, bool wide)
    {
        ulong result = operation switch
        {
            Opcode.Add => a + b,
            Opcode.Sub => a - b,
            Opcode.Mul => a * b,
            Opcode.And => a & b,
            Opcode.Or => a | b,
            Opcode.Xor => a ^ b,
            Opcode.Lsh => wide ? a << (int)(b & 63) : (uint)a << (int)(b & 31),
            Opcode.Rsh => wide ? a >> (int)(b & 63) : (uint)a >> (int)(b & 31),
            Opcode.Arsh => wide ? (ulong)((long)a >> (int)(b & 63)) : (ulong)((int)a >> (int)(b & 31)),
            Opcode.Div => wide ? (b == 0 ? 0 : a / b) : (uint)b == 0 ? 0 : (uint)a / (uint)b,
            _ => wide ? (b == 0 ? a : a % b) : (uint)b == 0 ? (uint)a : (uint)a % (uint)b,
        };
        return wide ? result : (uint)result;
    }

    static bool Holds(byte operation, ulong a, ulong b, bool wide)
    {
        if (!wide)
            (a, b) = ((ulong)(int)a, (ulong)(int)b);
        (ulong ua, ulong ub) = wide ? (a, b) : ((uint)a, (uint)b);
        return operation switch
        {
            Opcode.Jeq => ua == ub,
            Opcode.Jne => ua != ub,
            Opcode.Jset => (ua & ub) != 0,
            Opcode.Jgt => ua > ub,
            Opcode.Jge => ua >= ub,
            Opcode.Jlt => ua < ub,
            Opcode.Jle => ua <= ub,
            Opcode.Jsgt => (long)a > (long)b,
            Opcode.Jsge => (long)a >= (long)b,
            Opcode.Jslt => (long)a < (long)b,
            _ => (long)a <= (long)b,
        };
    }

    /// <summary>Ranges with all their values: intervals of up to five numbers, unsigned and signed, and known bits.</summary>
    static List<(ScalarRange Range, ulong[] Values)> SmallRanges()
    {
        var ranges = new List<(ScalarRange, ulong[])>();
        foreach (ulong start in s_bases)
        {
            for (uint length = 1; length <= 5; length += 2)
            {
                ulong[] values = [.. Enumerable.Range(0, (int)length).Select(i => start + (ulong)i)];
                if (values.Order().SequenceEqual(values))
                    ranges.Add((ScalarRange.Between(values[0], values[^1]), values));
                if ((long)values[0] <= (long)values[^1])
                    ranges.Add((ScalarRange.BetweenSigned((long)values[0], (long)values[^1]), values));
            }
        }

        foreach (ulong mask in new ulong[] { 0b101, 0x8000_0001, 0x8000_0000_0000_0002, 0x1_0000_0001 })
        {
            ScalarRange range = ScalarRange.Unknown;
            range.Bits = new Tnum(0x10, mask);
            Assert.True(range.Sync());
            ranges.Add((range, [.. Subsets(mask).Select(bits => bits | 0x10)]));
        }

        return ranges;
    }

    static IEnumerable<ulong> Subsets(ulong mask)
    {
        ulong subset = 0;
        do
        {
            yield return subset;
            subset = (subset - mask) & mask;
        }
        while (subset != 0);
    }

    [Fact]
    public void SmallRangesHoldTheirValues()
    {
        foreach ((ScalarRange range, ulong[] values) in SmallRanges())
            Assert.All(values, value => Assert.True(range.Contains(value), $"{value:x} in {range}"));
    }

    [Fact]
    public void ArithmeticHoldsEveryResult()
    {
        List<(ScalarRange Range, ulong[] Values)> ranges = SmallRanges();
        foreach (byte operation in s_operations)
        {
            foreach (bool wide in new[] { true, false })
            {
                foreach ((ScalarRange left, ulong[] lefts) in ranges)
                {
                    foreach ((ScalarRange right, ulong[] rights) in ranges)
                        CheckArithmetic(operation, wide, left, lefts, right, rights);
                }
            }
        }
    }

    static void CheckArithmetic(byte operation, bool wide, in ScalarRange left, ulong[] lefts, in ScalarRange right, ulong[] rights)
    {
        ScalarRange result = ScalarArithmetic.Apply(operation, left, right, wide);
        foreach (ulong a in lefts)
        {
            foreach (ulong b in rights)
            {
                ulong concrete = Compute(operation, a, b, wide);
                if (!result.Contains(concrete))
                    Assert.Fail($"operation {operation:x2} wide {wide}: {a:x}, {b:x} gives {concrete:x}, not in {result} of {left} and {right}");
            }
        }
    }

    [Fact]
    public void BranchesKeepEveryValueThatTakesThem()
    {
        List<(ScalarRange Range, ulong[] Values)> ranges = SmallRanges();
        foreach (byte operation in s_comparisons)
        {
            foreach (bool wide in new[] { true, false })
            {
                foreach ((ScalarRange left, ulong[] lefts) in ranges)
                {
                    foreach ((ScalarRange right, ulong[] rights) in ranges)
                        CheckBranch(operation, wide, left, lefts, right, rights);
                }
            }
        }
    }

    static void CheckBranch(byte operation, bool wide, in ScalarRange left, ulong[] lefts, in ScalarRange right, ulong[] rights)
    {
        int outcome = ScalarBranch.Decide(operation, left, right, wide);
        (ScalarRange l, ScalarRange r, ScalarRange ln, ScalarRange rn) = (left, right, left, right);
        bool taken = ScalarBranch.Refine(operation, ref l, ref r, wide);
        bool passed = ScalarBranch.RefineNot(operation, ref ln, ref rn, wide);
        foreach (ulong a in lefts)
        {
            foreach (ulong b in rights)
            {
                bool holds = Holds(operation, a, b, wide);
                bool kept = holds ? taken && l.Contains(a) && r.Contains(b) : passed && ln.Contains(a) && rn.Contains(b);
                if (!kept || (outcome >= 0 && outcome == 1 != holds))
                    Assert.Fail($"comparison {operation:x2} wide {wide}: {a:x}, {b:x} is {holds}; decided {outcome}; {left}, {right}");
            }
        }
    }

    [Fact]
    public void ExtensionsHoldEveryResult()
    {
        foreach ((ScalarRange range, ulong[] values) in SmallRanges())
        {
            foreach (ulong value in values)
            {
                Assert.True(range.Truncate(1).Contains((byte)value));
                Assert.True(range.Truncate(2).Contains((ushort)value));
                Assert.True(range.ZeroExtend32().Contains((uint)value));
                Assert.True(range.SignExtend(8).Contains((ulong)(sbyte)value));
                Assert.True(range.SignExtend(16).Contains((ulong)(short)value));
                Assert.True(range.SignExtend(32).Contains((ulong)(int)value));
            }
        }
    }

    [Fact]
    public void KnownBitsOfFourBitsAreSoundAndRangesAreTight()
    {
        var all = new List<Tnum>();
        for (ulong mask = 0; mask < 16; mask++)
        {
            foreach (ulong value in Subsets(~mask & 15))
                all.Add(new Tnum(value, mask));
        }

        foreach (Tnum a in all)
        {
            foreach (Tnum b in all)
            {
                foreach (ulong x in Subsets(a.Mask))
                {
                    foreach (ulong y in Subsets(b.Mask))
                    {
                        (ulong p, ulong q) = (x | a.Value, y | b.Value);
                        Assert.True((a + b).Contains(p + q) && (a - b).Contains(p - q) && (a * b).Contains(p * q));
                        Assert.True((a & b).Contains(p & q) && (a | b).Contains(p | q) && (a ^ b).Contains(p ^ q));
                        Assert.Equal(p == q, p == q && Tnum.TryIntersect(a, b, out Tnum met) && met.Contains(p));
                    }
                }

                bool includes = Subsets(b.Mask).All(y => a.Contains(y | b.Value));
                Assert.Equal(includes, a.Includes(b));
            }
        }

        Assert.Equal(new Tnum(8, 7), Tnum.Range(8, 15));
        Assert.Equal(new Tnum(0, 15), Tnum.Range(7, 8));
        Assert.Equal(Tnum.Unknown, Tnum.Range(0, ulong.MaxValue));
    }

    [Fact]
    public void ArithmeticHoldsSamplesOfFullWidth() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong, Gen.Int[0, s_operations.Length - 1], Gen.Bool).Sample((a, b, c, d, operation, wide) =>
        {
            ScalarRange left = ScalarRange.Between(Math.Min(a, b), Math.Max(a, b));
            ScalarRange right = ScalarRange.BetweenSigned((long)Math.Min(c & 0xffff, d), (long)Math.Max((long)(c & 0xffff), (long)d));
            if (!right.Contains(d) || !left.Contains(a))
                return true;
            return ScalarArithmetic.Apply(s_operations[operation], left, right, wide).Contains(Compute(s_operations[operation], a, d, wide));
        }, iter: 20_000, seed: "0N0XIzNsQ0O2", threads: 1);
}
