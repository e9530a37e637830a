// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Tests;

public sealed class ContextAndFactsTests
{
    static VerificationResult Verify(string text) => ProgramVerifier.Verify(Asm.Request(text));

    [Theory]
    [InlineData("r0 = *(u32 *)(r1 + 0)", "r0 = *(u64 *)(r1 + 0)")]
    [InlineData("r0 = *(u32 *)(r1 + 4)", "r0 = *(u64 *)(r1 + 8)")]
    [InlineData("r0 = *(u32 *)(r1 + 8)", "r0 = *(u64 *)(r1 + 16)")]
    [InlineData("r0 = *(u32 *)(r1 + 12)", "r0 = *(u32 *)(r1 + 24)")]
    [InlineData("r0 = *(u16 *)(r1 + 14)", "r0 = *(u16 *)(r1 + 26)")]
    [InlineData("r0 = *(u8 *)(r1 + 17)", "r0 = *(u8 *)(r1 + 29)")]
    [InlineData("r0 = *(s16 *)(r1 + 16)", "r0 = *(s16 *)(r1 + 28)")]
    [InlineData("*(u32 *)(r1 + 16) = r1", "*(u32 *)(r1 + 28) = r1")]
    [InlineData("*(u32 *)(r1 + 16) = 5", "*(u32 *)(r1 + 28) = 5")]
    public void RewritesContextAccesses(string have, string want)
    {
        VerifiedProgram program = Verify(have + "\nr0 = 0\nexit").EnsureAccepted();
        Assert.Equal(Assembler.Parse(want)[0], program.Instructions[0]);
    }

    [Fact]
    public void FollowsTheContextThroughCopiesSpillsSubprogramsAndCallbacks()
    {
        const string text = """
            r6 = r1
            *(u64 *)(r10 - 8) = r6
            r1 = *(u64 *)(r10 - 8)
            call fn_a
            r1 = 4
            r2 = subprog[fn_loop]
            r3 = r10
            r3 += -8
            r4 = 0
            call loop
            r0 = 0
            exit
            fn_a:
            r0 = *(u32 *)(r1 + 12)
            exit
            fn_loop:
            r3 = *(u64 *)(r2 + 0)
            r3 = *(u32 *)(r3 + 12)
            r0 = 0
            exit
            """;
        VerifiedProgram program = Verify(text).EnsureAccepted();
        Assert.Equal(24, program.Instructions[program.Spec.Functions[1].Start].Offset);
        Assert.Equal(24, program.Instructions[program.Spec.Functions[2].Start + 1].Offset);
        Assert.True(program.Functions[2].IsCallback);
        Assert.False(program.Functions[1].IsCallback);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "r0 = *(u32 *)(r1 + 20)", VerifierDiagnostics.NoContextField.Id },
        { "r0 = *(u32 *)(r1 - 4)", VerifierDiagnostics.NoContextField.Id },
        { "r0 = *(u64 *)(r1 + 0)", VerifierDiagnostics.BadContextAccess.Id },
        { "r0 = *(u16 *)(r1 + 0)", VerifierDiagnostics.BadContextAccess.Id },
        { "r0 = *(u16 *)(r1 + 13)", VerifierDiagnostics.BadContextAccess.Id },
        { "r0 = *(s16 *)(r1 + 0)", VerifierDiagnostics.BadContextAccess.Id },
        { "r2 = 1\nlock *(u32 *)(r1 + 16) += r2", VerifierDiagnostics.BadAtomic.Id },
        { "*(u32 *)(r1 + 12) = 1", VerifierDiagnostics.ReadOnlyContextField.Id },
        { "*(u32 *)(r1 + 0) = 1", VerifierDiagnostics.ReadOnlyContextField.Id },
        { "r1 += 4\nr0 = *(u32 *)(r1 + 8)", VerifierDiagnostics.ModifiedContext.Id },
        { "r2 = *(u32 *)(r1 + 12)\nr1 += r2\nr0 = *(u32 *)(r1 + 8)", VerifierDiagnostics.ModifiedContext.Id },
        { "r6 = r1\nif r1 != 0 goto +1\nr6 = r10\nr0 = *(u32 *)(r6 - 8)", VerifierDiagnostics.MixedPointers.Id },
        { "r1 = map[idx:0]\nr0 = *(u32 *)(r1 + 0)", VerifierDiagnostics.NotDereferenceable.Id },
        { "r1 = 64\nr0 = *(u32 *)(r1 + 0)", VerifierDiagnostics.NotDereferenceable.Id },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void RefusesBadContextAccesses(string text, string id) =>
        Assert.Equal(id, Verify(text + "\nr0 = 0\nexit").Rejection?.Id);

    [Fact]
    public void NamesTheField() =>
        Assert.Contains("xdp_md.ingress_ifindex", Verify("*(u32 *)(r1 + 12) = 1\nr0 = 0\nexit").Rejection!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("r0 = 0", 0)]
    [InlineData("*(u8 *)(r10 - 1) = 0", 8)]
    [InlineData("*(u64 *)(r10 - 24) = 0", 24)]
    [InlineData("r2 = r10\nr2 += -40", 40)]
    [InlineData("r2 = r10\nr3 = -96\nr2 += r3", 96)]
    [InlineData("r2 = r10\nr2 += -16\n*(u64 *)(r2 - 16) = 0", 32)]
    public void CountsTheFrame(string text, int depth) =>
        Assert.Equal(depth, Verify(text + "\nr0 = 0\nexit").EnsureAccepted().Functions[0].StackDepth);

    [Fact]
    public void CountsWhatACalleeTouchesOfTheCallersFrame()
    {
        VerifiedProgram program = Verify("r1 = r10\nr1 += -8\ncall fn_a\nexit\nfn_a:\n*(u64 *)(r1 - 64) = 0\nr0 = 0\nexit").EnsureAccepted();
        Assert.Equal(72, program.Functions[0].StackDepth);
        Assert.Equal(0, program.Functions[1].StackDepth);
    }

    [Fact]
    public void KnowsLivenessMapsAndDeadCode()
    {
        const string text = """
            r6 = 3
            r7 = 9
            *(u32 *)(r10 - 4) = 0
            r2 = r10
            r2 += -4
            r1 = map[idx:0]
            call map_lookup_elem
            r0 = r6
            exit
            r0 = 1
            exit
            """;
        VerifiedProgram program = Verify(text).EnsureAccepted();
        Assert.Equal(RegisterSet.Of(Register.R1).With(Register.R2).With(Register.R6), program.Facts[7].LiveBefore);
        Assert.Equal(0, program.Facts[7].MapIndex);
        Assert.Equal(-1, program.Facts[6].MapIndex);
        Assert.False(program.Facts[9].IsDead);
        Assert.True(program.Facts[10].IsDead);
        Assert.Equal(RegisterSet.Of(Register.R6).With(Register.R7), program.Functions[0].WrittenKept);
        Assert.True(program.Functions[0].HasCalls);
        Assert.False(program.Functions[0].HasTailCall);
    }

    [Fact]
    public void HasNoMapWhereTwoMapsMeet()
    {
        const string text = "r2 = r10\nr2 += -8\n*(u64 *)(r2 + 0) = 0\nif r1 == 0 goto +3\nr1 = map[idx:0]\ngoto +2\nr1 = map[idx:1]\ncall map_lookup_elem\nr0 = 0\nexit";
        Assert.Equal(-1, Verify(text).EnsureAccepted().Facts[9].MapIndex);
    }

    [Fact]
    public void SeesTailCalls()
    {
        VerifiedProgram program = Verify("r2 = map[idx:3]\nr3 = 0\ncall tail_call\nr0 = 0\nexit").EnsureAccepted();
        Assert.True(program.Functions[0].HasTailCall);
    }
}
