// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Verifier.Exploration;

namespace NopTap.Verifier.Tests;

/// <summary>What an observer of the exploration is told.</summary>
public sealed class ExplorationTraceTests
{
    const string Fork = """
        r0 = 0
        r2 = *(u32 *)(r1 + 12)
        if r2 == 7 goto seven
        r0 = 1
        exit
        seven:
        r0 = 2
        exit
        """;

    [Fact]
    public void TellsEachStepBranchAndEndInOrder()
    {
        var trace = new Recorder();
        Assert.True(Run(Fork, trace).IsAccepted);
        Assert.Equal("0 from -1; 0@0 r2=not; 0@1 r2=not; 0@2 r2=0 to 4294967295; 0 leaves 1 at 5; 0@3 r2=0 to 4294967295; 0@4 r2=0 to 4294967295; 0 ends; "
            + "1 from 2; 1@5 r2=7; 1@6 r2=7; 1 ends", trace.ToString());
    }

    [Fact]
    public void TellsWhichRuleAPathBroke()
    {
        var trace = new Recorder();
        VerificationResult result = Run("r0 = r3\nexit", trace);
        Assert.Same(result.Explanation, trace.Rejection);
        Assert.Equal("0 from -1; 0@0 r2=not; BPF2020", trace.ToString());
    }

    // Both ways meet with different numbers in r3 that decide nothing: only who wants every number counted follows both to the end.
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 0)]
    public void CountsEveryNumberWhereAsked(bool exact, int covered)
    {
        const string text = """
            r2 = *(u32 *)(r1 + 12)
            r5 = *(u32 *)(r1 + 16)
            r3 = 5
            if r2 > 7 goto join
            r3 = 6
            join:
            r4 = 1
            r4 = 2
            r4 = 3
            r4 = 4
            if r5 > 9 goto end
            r4 = 5
            end:
            r0 = r3
            exit
            """;
        var trace = new Recorder();
        Assert.True(Run(text, trace, exact).IsAccepted);
        Assert.Equal(covered, trace.Covered);
    }

    static VerificationResult Run(string text, Recorder trace, bool exact = false) =>
        ProgramVerifier.Verify(Asm.Request(text) with { Mode = VerificationMode.Full }, trace, exact);

    sealed class Recorder : ExplorationTrace
    {
        readonly List<string> _events = [];

        public Rejection? Rejection { get; private set; }

        public int Covered { get; private set; }

        public override void Starts(PathState path, int from) => _events.Add(string.Create(CultureInfo.InvariantCulture, $"{path.Number} from {from}"));

        public override void Steps(int slot, PathState path) => _events.Add(string.Create(
            CultureInfo.InvariantCulture, $"{path.Number}@{slot} r2={(path.Frame.R[2].IsScalar ? path.Frame.R[2].Range.ToString() : "not")}"));

        public override void Forks(PathState path, PathState waiting) =>
            _events.Add(string.Create(CultureInfo.InvariantCulture, $"{path.Number} leaves {waiting.Number} at {waiting.Slot}"));

        public override void Ends(PathState path) => _events.Add(string.Create(CultureInfo.InvariantCulture, $"{path.Number} ends"));

        public override void IsCovered(PathState path, Checkpoint by) => Covered++;

        public override void IsRefused(PathState path, Rejection rejection)
        {
            Rejection = rejection;
            _events.Add(rejection.Diagnostic.Id);
        }

        public override string ToString() => string.Join("; ", _events);
    }
}
