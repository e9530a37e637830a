// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>Laws of the domain at full width: an order, a meet, refinements that only narrow, and normal forms.</summary>
public sealed class DomainLawTests
{
    const int Iterations = 20_000;

    // Numbers that lie near the points at which views wrap, and any others.
    static readonly Gen<ulong> s_number = Gen.Frequency(
        (2, Gen.ULong),
        (1, Gen.Select(Gen.Int[0, 63], Gen.Int[-4, 4], (bit, near) => (1UL << bit) + (ulong)near)),
        (1, Gen.Select(Gen.Int[-40, 40], near => (ulong)near)),
        (1, Gen.UInt.Select(low => (ulong)(int)low)));

    // A range around a number: known bits and intervals that hold it in each view, at random.
    static readonly Gen<(ScalarRange Range, ulong Member)> s_range = Gen.Select(s_number, Gen.ULong.Array[6], Gen.Int[0, 255], (member, random, shape) =>
    {
        ScalarRange range = ScalarRange.Unknown;
        if ((shape & 1) != 0)
        {
            ulong mask = (shape & 2) != 0 ? random[0] : random[0] >> (int)(random[1] & 63);
            range.Bits = new Tnum(member & ~mask, mask);
        }

        if ((shape & 4) != 0)
        {
            range.UMin = member - Math.Min(member, random[1] >> (int)(random[2] & 63));
            range.UMax = member + Math.Min(ulong.MaxValue - member, random[2] >> (int)(random[1] & 63));
        }

        if ((shape & 8) != 0)
        {
            long below = (long)(random[3] >> (int)(1 + (random[4] % 63)));
            long above = (long)(random[4] >> (int)(1 + (random[3] % 63)));
            range.SMin = (long)member < long.MinValue + below ? long.MinValue : (long)member - below;
            range.SMax = (long)member > long.MaxValue - above ? long.MaxValue : (long)member + above;
        }

        if ((shape & 16) != 0)
        {
            uint low = (uint)member;
            range.UMin32 = low - Math.Min(low, (uint)random[5] >> (int)(random[0] & 31));
            range.UMax32 = low + Math.Min(uint.MaxValue - low, (uint)(random[5] >> 32) >> (int)(random[3] & 31));
        }

        return (range, member);
    });

    static readonly Gen<(ScalarRange Range, ulong Member)> s_normal = s_range.Select(pair =>
    {
        ScalarRange range = pair.Range;
        range.Sync();
        return (range, pair.Member);
    });

    [Fact]
    public void NormalizingDropsNoMember() => s_range.Sample(pair =>
    {
        ScalarRange range = pair.Range;
        return range.Contains(pair.Member) && range.Sync() && range.Contains(pair.Member);
    }, iter: Iterations * 5, seed: "0000000000001", threads: 1);

    [Fact]
    public void NormalizingWidensNothing() => s_range.Sample(pair =>
    {
        ScalarRange range = pair.Range;
        range.Sync();
        return pair.Range.Includes(range);
    }, iter: Iterations, seed: "0000000000002", threads: 1);

    // Three rounds of deduction need not be enough, but nearly always are.
    [Fact]
    public void NormalizingTwiceHardlyEverTellsMore()
    {
        int more = 0;
        s_normal.Sample(pair =>
        {
            ScalarRange again = pair.Range;
            again.Sync();
            more += again.SameAs(pair.Range) ? 0 : 1;
            return pair.Range.Includes(again) && again.Contains(pair.Member);
        }, iter: Iterations, seed: "0000000000003", threads: 1);
        Assert.InRange(more, 0, Iterations / 20);
    }

    [Fact]
    public void InclusionIsAnOrder() => Gen.Select(s_normal, s_normal, s_normal).Sample((a, b, c) =>
        a.Range.Includes(a.Range)
        && (!a.Range.Includes(b.Range) || !b.Range.Includes(a.Range) || a.Range.SameAs(b.Range))
        && (!a.Range.Includes(b.Range) || !b.Range.Includes(c.Range) || a.Range.Includes(c.Range)), iter: Iterations, seed: "0000000000004", threads: 1);

    [Fact]
    public void InclusionIsThatOfMembers() => Gen.Select(s_normal, s_normal).Sample((a, b) =>
        !a.Range.Includes(b.Range) || a.Range.Contains(b.Member), iter: Iterations, seed: "0000000000005", threads: 1);

    [Fact]
    public void TheMeetIsBelowBothAndHoldsWhatIsInBoth() => Gen.Select(s_normal, s_normal, Gen.Bool).Sample((a, b, same) =>
    {
        (ScalarRange left, ScalarRange right) = (a.Range, b.Range);
        if (!ScalarBranch.Refine(Opcode.Jeq, ref left, ref right, wide: true))
            return !(a.Range.Contains(b.Member) || b.Range.Contains(a.Member));
        return a.Range.Includes(left) && b.Range.Includes(right)
            && (!b.Range.Contains(a.Member) || (left.Contains(a.Member) && right.Contains(a.Member)))
            && (!a.Range.Contains(b.Member) || (left.Contains(b.Member) && right.Contains(b.Member)));
    }, iter: Iterations, seed: "0000000000006", threads: 1);

    [Fact]
    public void EveryOutcomeKeepsTheNumbersThatLeadThere() => Gen.Select(s_normal, s_normal, Gen.Int[0, Machine.Comparisons.Length - 1], Gen.Bool).Sample((a, b, operation, wide) =>
    {
        byte comparison = Machine.Comparisons[operation];
        bool holds = Machine.Holds(comparison, a.Member, b.Member, wide);
        int verdict = ScalarBranch.Decide(comparison, a.Range, b.Range, wide);
        (ScalarRange left, ScalarRange right) = (a.Range, b.Range);
        bool possible = holds ? ScalarBranch.Refine(comparison, ref left, ref right, wide) : ScalarBranch.RefineNot(comparison, ref left, ref right, wide);
        bool forgets = comparison == Opcode.Jset && !holds;
        return (verdict < 0 || verdict == 1 == holds) && possible && left.Contains(a.Member) && right.Contains(b.Member)
            && (forgets || (a.Range.Includes(left) && b.Range.Includes(right)));
    }, iter: Iterations * 10, seed: "0000000000007", threads: 1);

    [Fact]
    public void ArithmeticHoldsEveryResult() => Gen.Select(s_normal, s_normal, Gen.Int[0, Machine.Operations.Length - 1], Gen.Bool).Sample((a, b, operation, wide) =>
    {
        byte code = Machine.Operations[operation];
        ScalarRange result = ScalarArithmetic.Apply(code, a.Range, b.Range, wide);
        return result.Contains(Machine.Compute(code, a.Member, b.Member, wide));
    }, iter: Iterations * 10, seed: "0000000000008", threads: 1);

    [Fact]
    public void ExtensionsHoldEveryResult() => s_normal.Sample(pair =>
    {
        (ScalarRange range, ulong member) = pair;
        return range.Truncate(1).Contains((byte)member) && range.Truncate(2).Contains((ushort)member) && range.ZeroExtend32().Contains((uint)member)
            && range.SignExtend(8).Contains((ulong)(sbyte)member) && range.SignExtend(16).Contains((ulong)(short)member)
            && range.SignExtend(32).Contains((ulong)(int)member)
            && range.SignExtend32(8).Contains((uint)(sbyte)member) && range.SignExtend32(16).Contains((uint)(short)member);
    }, iter: Iterations, seed: "0000000000009", threads: 1);

    // On known bits the operations are monotone: less known of the operands is less known of the result.
    [Fact]
    public void OperationsOnKnownBitsAreMonotone() => Gen.Select(Gen.ULong.Array[6], Gen.Int[0, 5]).Sample((random, operation) =>
    {
        var a = new Tnum(random[0] & ~random[1], random[1]);
        var b = new Tnum(random[2] & ~random[3], random[3]);
        ulong wider = random[1] | random[4];
        var c = new Tnum(random[0] & ~wider, wider);
        Tnum Of(Tnum left) => operation switch
        {
            0 => left + b,
            1 => left - b,
            2 => left & b,
            3 => left | b,
            4 => left ^ b,
            _ => left << (int)(random[5] & 63),
        };
        return c.Includes(a) && Of(c).Includes(Of(a));
    }, iter: Iterations, seed: "000000000000a", threads: 1);
}
