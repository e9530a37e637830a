// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>Comparisons of every pair of small sets against the machine: verdicts hold, and both outcomes keep every number that leads there.</summary>
public sealed class ExhaustiveBranchTests
{
    const int CrossStep = 24;

    [Fact]
    public void OutcomesAreHeldAndPrecisionIsKnown()
    {
        StringBuilder text = new StringBuilder().Append(Precision.Header);
        StringBuilder decisions = new StringBuilder().Append($"{"comparison",-16} {"certain",9} {"decided",9}\n");
        foreach (byte operation in Machine.Comparisons)
        {
            foreach (bool wide in new[] { true, false })
            {
                string name = $"{Machine.NameOfComparison(operation)}{(wide ? 64 : 32)}";
                var checker = new Checker(operation, wide);
                foreach ((SmallSet left, SmallSet right) in SmallSets.Pairs(CrossStep))
                    checker.Check(left, right);
                checker.Taken.Print(text, $"{name} taken");
                checker.Passed.Print(text, $"{name} passed");
                decisions.Append($"{name,-16} {checker.Certain,9} {checker.Decided,9}\n");
            }
        }

        Precision.Check("branches", text.Append(decisions));
    }

    struct Checker(byte operation, bool wide)
    {
        public Precision Taken;
        public Precision Passed;
        public int Certain;
        public int Decided;

        public void Check(in SmallSet left, in SmallSet right)
        {
            Hull takenLeft = Hull.Empty, takenRight = Hull.Empty, passedLeft = Hull.Empty, passedRight = Hull.Empty;
            foreach (ulong a in left.Members)
            {
                foreach (ulong b in right.Members)
                {
                    bool holds = Machine.Holds(operation, a, b, wide);
                    (holds ? ref takenLeft : ref passedLeft).Add(a);
                    (holds ? ref takenRight : ref passedRight).Add(b);
                }
            }

            CheckVerdict(left, right, takenLeft.IsEmpty, passedLeft.IsEmpty);
            (ScalarRange l, ScalarRange r) = (left.Range, right.Range);
            bool can = ScalarBranch.Refine(operation, ref l, ref r, wide);
            CheckOutcome(left, right, taken: true, can, l, r, takenLeft, takenRight, ref Taken);
            (l, r) = (left.Range, right.Range);
            can = ScalarBranch.RefineNot(operation, ref l, ref r, wide);
            CheckOutcome(left, right, taken: false, can, l, r, passedLeft, passedRight, ref Passed);
        }

        void CheckVerdict(in SmallSet left, in SmallSet right, bool never, bool always)
        {
            int verdict = ScalarBranch.Decide(operation, left.Range, right.Range, wide);
            if ((verdict == 0 && !never) || (verdict == 1 && !always) || verdict is < -1 or > 1)
                Assert.Fail($"{Machine.NameOfComparison(operation)} wide {wide} of {left.Range} and {right.Range} is decided {verdict}; never {never}, always {always}");
            Certain += never || always ? 1 : 0;
            Decided += verdict >= 0 ? 1 : 0;
        }

        readonly void CheckOutcome(
            in SmallSet left, in SmallSet right, bool taken, bool can, in ScalarRange l, in ScalarRange r, in Hull bestLeft, in Hull bestRight, ref Precision precision)
        {
            if (bestLeft.IsEmpty)
            {
                precision.AddEmpty(!can);
                return;
            }

            if (!can || !l.Includes(bestLeft.Range) || !r.Includes(bestRight.Range))
                Assert.Fail($"{Machine.NameOfComparison(operation)} wide {wide} of {left.Range} and {right.Range}, taken {taken}: possible {can}, {l} and {r}");
            // Of a test for bits that fails nothing is kept but that they are clear.
            bool forgets = operation == Opcode.Jset && !taken;
            if (!forgets && (!left.Range.Includes(l) || !right.Range.Includes(r)))
                Assert.Fail($"{Machine.NameOfComparison(operation)} wide {wide} of {left.Range} and {right.Range}, taken {taken}, widens them to {l} and {r}");
            precision.Add(l, bestLeft.Range);
            precision.Add(r, bestRight.Range);
        }
    }
}
