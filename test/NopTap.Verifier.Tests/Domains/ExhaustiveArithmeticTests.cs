// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>Arithmetic on every pair of small sets against the machine: no result is missing, and how many results are the best possible is known.</summary>
public sealed class ExhaustiveArithmeticTests
{
    // Of two families not all pairs are tried: they are much alike.
    const int CrossStep = 24;

    [Fact]
    public void SmallSetsHoldTheirMembers()
    {
        foreach (SmallSet set in SmallSets.All)
        {
            Hull hull = Hull.Empty;
            foreach (ulong member in set.Members)
                hull.Add(member);
            Assert.True(set.Range.Includes(hull.Range), $"{set.Range} does not hold {string.Join(", ", set.Members)}");
        }

        Assert.True(SmallSets.All.Count > 800, $"only {SmallSets.All.Count} sets");
    }

    [Fact]
    public void ResultsAreHeldAndPrecisionIsKnown()
    {
        StringBuilder text = new StringBuilder().Append(Precision.Header);
        foreach (byte operation in Machine.Operations)
        {
            // What is never claimed needs no table.
            bool claims = operation is not (Opcode.Div or Opcode.Mod);
            foreach (bool wide in new[] { true, false })
            {
                Precision precision = default;
                bool shift = operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh;
                foreach ((SmallSet left, SmallSet right) in shift ? Shifts() : SmallSets.Pairs(claims ? CrossStep : CrossStep * 8))
                    Check(operation, wide, left, right, ref precision);
                if (claims)
                    precision.Print(text, $"{Machine.Name(operation)}{(wide ? 64 : 32)}");
            }
        }

        Precision.Check("arithmetic", text);
    }

    // Shifts are claimed by a constant only: all of them, and a few that are none.
    static IEnumerable<(SmallSet Left, SmallSet Right)> Shifts()
    {
        foreach (SmallSet left in SmallSets.All)
        {
            for (ulong bits = 0; bits < 64; bits++)
                yield return (left, new SmallSet(-1, ScalarRange.Constant(bits), [bits]));
            yield return (left, new SmallSet(-1, ScalarRange.Between(1, 2), [1, 2]));
            yield return (left, new SmallSet(-1, ScalarRange.Constant(1UL << 32), [1UL << 32]));
        }
    }

    static void Check(byte operation, bool wide, in SmallSet left, in SmallSet right, ref Precision precision)
    {
        Hull hull = Hull.Empty;
        foreach (ulong a in left.Members)
        {
            foreach (ulong b in right.Members)
                hull.Add(Machine.Compute(operation, a, b, wide));
        }

        ScalarRange best = hull.Range;
        ScalarRange have = ScalarArithmetic.Apply(operation, left.Range, right.Range, wide);
        if (!have.Includes(best))
            Assert.Fail($"{Machine.Name(operation)} wide {wide} of {left.Range} and {right.Range} is {have}, which lacks some of {best}");
        precision.Add(have, best);
    }

    [Fact]
    public void SignedDivisionIsHeld()
    {
        // The operation does not say whether it is signed: what is claimed must hold for both.
        foreach ((SmallSet left, SmallSet right) in SmallSets.Pairs(CrossStep * 8))
        {
            foreach (bool wide in new[] { true, false })
            {
                ScalarRange quotient = ScalarArithmetic.Apply(Opcode.Div, left.Range, right.Range, wide);
                ScalarRange remainder = ScalarArithmetic.Apply(Opcode.Mod, left.Range, right.Range, wide);
                foreach (ulong a in left.Members)
                {
                    foreach (ulong b in right.Members)
                    {
                        if (!quotient.Contains(Machine.ComputeSigned(Opcode.Div, a, b, wide)) || !remainder.Contains(Machine.ComputeSigned(Opcode.Mod, a, b, wide)))
                            Assert.Fail($"signed division wide {wide} of 0x{a:x} by 0x{b:x}");
                    }
                }
            }
        }
    }

    [Fact]
    public void ExtensionsAreHeldAndPrecisionIsKnown()
    {
        StringBuilder text = new StringBuilder().Append(Precision.Header);
        Conversion(text, "zero-extend 8", range => range.Truncate(1), value => (byte)value);
        Conversion(text, "zero-extend 16", range => range.Truncate(2), value => (ushort)value);
        Conversion(text, "zero-extend 32", range => range.ZeroExtend32(), value => (uint)value);
        Conversion(text, "truncate 4", range => range.Truncate(4), value => (uint)value);
        Conversion(text, "sign-extend 8", range => range.SignExtend(8), value => (ulong)(sbyte)value);
        Conversion(text, "sign-extend 16", range => range.SignExtend(16), value => (ulong)(short)value);
        Conversion(text, "sign-extend 32", range => range.SignExtend(32), value => (ulong)(int)value);
        Conversion(text, "sign-extend 8 32", range => range.SignExtend32(8), value => (uint)(sbyte)value);
        Conversion(text, "sign-extend 16 32", range => range.SignExtend32(16), value => (uint)(short)value);
        Conversion(text, "negate 64", range => ScalarArithmetic.Apply(Opcode.Sub, ScalarRange.Constant(0), range, wide: true), value => 0 - value);
        Conversion(text, "negate 32", range => ScalarArithmetic.Apply(Opcode.Sub, ScalarRange.Constant(0), range, wide: false), value => (uint)(0 - value));
        Precision.Check("extensions", text);
    }

    static void Conversion(StringBuilder text, string name, Func<ScalarRange, ScalarRange> apply, Func<ulong, ulong> machine)
    {
        Precision precision = default;
        foreach (SmallSet set in SmallSets.All)
        {
            Hull hull = Hull.Empty;
            foreach (ulong member in set.Members)
                hull.Add(machine(member));
            ScalarRange have = apply(set.Range);
            if (!have.Includes(hull.Range))
                Assert.Fail($"{name} of {set.Range} is {have}, which lacks some of {hull.Range}");
            precision.Add(have, hull.Range);
        }

        precision.Print(text, name);
    }
}
