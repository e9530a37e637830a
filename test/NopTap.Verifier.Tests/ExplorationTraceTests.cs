// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Fuzz.Verdicts;
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
        Assert.Same(result.Rejection, trace.Rejection?.Diagnostic);
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

    [Fact]
    public void TheLogHasALineAnInstructionWithWhatItChanged()
    {
        VerificationRequest request = Asm.Request("r6 = 5\n*(u64 *)(r10 - 8) = r6\nr2 = *(u32 *)(r1 + 12)\nif r2 == 7 goto seven\ncall fn_a\nexit\nseven:\nr0 = r2\nexit\nfn_a:\nr0 = 1\nexit");
        request = request with
        {
            Program = request.Program with { Lines = [new(0, "/src/a.bpf.c", "int main()", 3, 1), new(3, "/src/a.bpf.c", "  if (x == 7)", 4, 1), new(4, "/src/a.bpf.c", "  if (x == 7)", 4, 2)] },
        };
        var log = new StringWriter();
        VerificationResult result = ProgramVerifier.Verify(request, log);
        Assert.Equal(
            """
            func main() @0, path 0: R1=ctx() R10=fp0
            ; int main() @ a.bpf.c:3
            0: (b7) r6 = 5                              ; R6=5
            1: (7b) *(u64 *)(r10 -8) = r6               ; fp-8=5
            2: (61) r2 = *(u32 *)(r1 +12)               ; R2=scalar(umax=0xffffffff,var_off=(0x0; 0xffffffff))
            ; if (x == 7) @ a.bpf.c:4
            3: (15) if r2 == 0x7 goto pc+2              ; path 1 waits for 6
            4: (85) call pc+3                           ; R1=ctx() R2=scalar(id=1,umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp[1]0
            [1] 8: (b7) r0 = 1                          ; R0=1
            [1] 9: (95) exit                            ; R0=1 R6=5 R10=fp0 fp-8=5
            5: (95) exit
            path 0 ends
            from 3 to 6, path 1: R1=ctx() R2=7 R6=5 R10=fp0 fp-8=5
            ; if (x == 7) @ a.bpf.c:4
            6: (bf) r0 = r2                             ; R0=7
            7: (95) exit
            path 1 ends
            processed 10 insns, stored 1 states, at most 1 paths waiting

            """, log.ToString());
        Assert.True(result.IsAccepted);
    }

    [Fact]
    public void TheLogOfARefusalEndsWithTheRuleThatWasBroken()
    {
        var log = new StringWriter();
        VerificationRequest request = Asm.Request("r2 = 1\nr0 = r3\nexit");
        VerificationResult result = ProgramVerifier.Verify(request, log);
        Assert.Contains($"\npath 0 is refused: {result.Rejection}\n", log.ToString(), StringComparison.Ordinal);
        log = new StringWriter();
        Assert.False(ProgramVerifier.Verify(Asm.Request("goto +7\nexit"), log).IsAccepted);
        Assert.Equal("", log.ToString());
    }

    // What led there is told by exploring once more: the same path must come out of it, whatever the program does.
    [Fact]
    public void EveryRefusalCanBeTold()
    {
        int told = 0;
        for (int seed = 1; seed <= 400; seed++)
        {
            Subject subject = Shapes.Make("classic", seed);
            VerificationResult result = ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps));
            if (result.Explanation is not { } explanation)
                continue;
            told += explanation.Path.Length == 0 ? 0 : 1;
            Assert.Equal(result.Rejection, explanation.Diagnostic);
            Assert.All(explanation.Path, step => Assert.DoesNotContain(step.Before.AddRange(step.After), value => value.Value.Length == 0));
        }

        Assert.True(told > 50, $"only {told} of the refusals have a path");
    }

    static VerificationResult Run(string text, Recorder trace, bool exact = false) =>
        ProgramVerifier.Verify(Asm.Request(text), trace, exact);

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
