// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.Isa;

namespace NopTap.Verifier.Tests;

/// <summary>What the verification of one program may cost.</summary>
public sealed class BudgetTests
{
    // 1 + 3 * 1000 + 2 instructions.
    const string Loop = "r0 = 0\nr1 = 0\nr1 += 1\nr0 += 2\nif r1 < 1000 goto -3\nexit";

    static VerificationRequest Request(string text) => Asm.Request(text);

    static VerificationResult Verify(int steps, long bytes = long.MaxValue) =>
        ProgramVerifier.Verify(Request(Loop) with { Budget = new VerificationBudget { Steps = steps, Bytes = bytes } });

    [Fact]
    public void EveryStepCounts()
    {
        int needed = Verify(int.MaxValue).Statistics.Steps;
        Assert.Equal(3003, needed);
        Assert.True(Verify(needed).IsAccepted);
        foreach (int steps in new[] { needed - 1, 2000, 1024, 1023, 1, 0, -1, int.MinValue })
        {
            VerificationResult refused = Verify(steps);
            Assert.Equal(VerifierDiagnostics.BudgetSpent.Id, refused.Rejection?.Id);
            Assert.Contains("VerifierSteps", refused.Rejection!.Message, StringComparison.Ordinal);
            Assert.NotEmpty(refused.Explanation!.ToString());
        }
    }

    [Fact]
    public void TheKernelsLimitStandsAboveEveryBudget()
    {
        VerificationRequest endless = Request(Loop.Replace("1000", "10000000", StringComparison.Ordinal)) with { Budget = new VerificationBudget { Steps = int.MaxValue } };
        Assert.Equal(VerifierDiagnostics.TooComplex.Id, ProgramVerifier.Verify(endless).Rejection?.Id);
    }

    [Fact]
    public void MemoryIsBounded()
    {
        Assert.Equal(VerifierDiagnostics.BudgetSpent.Id, Verify(int.MaxValue, 1000).Rejection?.Id);
        Diagnostic refused = Verify(int.MaxValue, 60_000).Rejection!;
        Assert.Equal(VerifierDiagnostics.BudgetSpent.Id, refused.Id);
        Assert.Contains("VerifierBytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsCountedIsAboutWhatIsAllocated()
    {
        // Rounds that differ: a state every few of them, and a line of history for each instruction.
        VerificationRequest request = Request(Loop.Replace("1000", "50000", StringComparison.Ordinal));
        ProgramVerifier.Verify(request);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(ProgramVerifier.Verify(request).IsAccepted);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // A quarter of what was allocated is too little for it, and twice as much is enough.
        Assert.False(ProgramVerifier.Verify(request with { Budget = new VerificationBudget { Bytes = allocated / 4 } }).IsAccepted);
        Assert.True(ProgramVerifier.Verify(request with { Budget = new VerificationBudget { Bytes = allocated * 2 } }).IsAccepted);
    }

    [Fact]
    public void ATokenEndsAVerificationThatIsUnderWay()
    {
        using var source = new CancellationTokenSource();
        VerificationRequest request = Request(Loop) with { CancellationToken = source.Token };
        Assert.ThrowsAny<OperationCanceledException>(() => ProgramVerifier.Verify(request, new CancellingWriter(source)));
        Assert.ThrowsAny<OperationCanceledException>(() => ProgramVerifier.Verify(request));
    }

    [Fact]
    public void ARefusalCanBeExplainedAfterItsTokenWasCancelled()
    {
        using var source = new CancellationTokenSource();
        VerificationResult refused = ProgramVerifier.Verify(Request("r0 = *(u64 *)(r2 + 0)\nexit") with { CancellationToken = source.Token });
        source.Cancel();
        Assert.Contains("r2", refused.Explanation!.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Cancels once the first instruction was written.</summary>
    sealed class CancellingWriter(CancellationTokenSource source) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => source.Cancel();
    }
}
