// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Tests;

public sealed class ProbeSiteTests
{
    static VerificationResult Verify(string text, params ProbeSpec[] probes) => ProgramVerifier.Verify(Asm.Request(text, [.. probes]));

    [Theory]
    [InlineData(0)] // no goto +0
    [InlineData(9)] // outside
    [InlineData(-1)]
    [InlineData(3)] // second half of a wide load
    [Trait("Spec", "G.18")]
    public void RefusesSitesThatAreNoNop(int slot)
    {
        VerificationResult result = Verify("r0 = 0\ngoto +0\nr1 = 0 ll\nexit", Asm.Probe("p", [], new ProbeSiteSpec(slot, [])));
        Assert.Equal(VerifierDiagnostics.BadProbeSite.Id, result.Rejection?.Id);
    }

    [Fact]
    public void RefusesTwoProbesAtOneSite()
    {
        VerificationResult result = Verify("r0 = 0\ngoto +0\nexit", Asm.Probe("p", [], new ProbeSiteSpec(1, [])), Asm.Probe("q", [], new ProbeSiteSpec(1, [])));
        Assert.Equal(VerifierDiagnostics.BadProbeSite.Id, result.Rejection?.Id);
    }

    [Fact]
    public void RefusesASixthArgumentAndRegistersThatHoldNoValues()
    {
        ProbeArgumentSpec zero = new(0, true, 0);
        VerificationResult result = Verify("r0 = 0\ngoto +0\nexit", Asm.Probe("p", [], new ProbeSiteSpec(1, [zero, zero, zero, zero, zero, zero])));
        Assert.Equal(VerifierDiagnostics.BadProbeSite.Id, result.Rejection?.Id);
        result = Verify("r0 = 0\ngoto +0\nexit", Asm.Probe("p", [], new ProbeSiteSpec(1, [Asm.In(Register.R10)])));
        Assert.Equal(VerifierDiagnostics.BadProbeSite.Id, result.Rejection?.Id);
    }

    [Theory]
    [InlineData(0, 3)] // arming site is no NOP
    [InlineData(4, 3)] // arming site is the site
    [InlineData(1, 99)] // lands outside
    [InlineData(1, 6)] // lands in another function
    public void RefusesBadArmingSites(int arming, int target)
    {
        VerificationResult result = Verify(
            "r0 = 0\ngoto +0\nexit\nr3 = 1\ngoto +0\ngoto -4\nfn_a:\nr0 = 0\nexit",
            Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(4, [Asm.In(Register.R3)], arming, target)));
        Assert.Equal(VerifierDiagnostics.BadArmingSite.Id, result.Rejection?.Id);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)] // the record says another place than the branch
    public void TakesABranchOnTheFramePointerAsArmingSite(int target, bool accepted)
    {
        VerificationResult result = Verify(
            "r0 = 0\nif r10 == 0 goto +1\nexit\nr3 = 1\ngoto +0\ngoto -4",
            Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(4, [Asm.In(Register.R3)], 1, target)));
        Assert.Equal(accepted ? null : VerifierDiagnostics.BadArmingSite.Id, result.Rejection?.Id);
    }

    [Fact]
    public void FollowsTheArmingJumpOfALazyProbe()
    {
        ProbeSpec probe = Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(4, [Asm.In(Register.R3)], 1, 3));
        VerificationResult result = Verify("r0 = 0\ngoto +0\nexit\nr3 = 1\ngoto +0\ngoto -4", probe);
        ProbeSiteFacts site = Assert.Single(result.EnsureAccepted().Sites);
        Assert.Null(site.Unattachable);
        Assert.Equal(RegisterSet.Of(Register.R0), site.LiveAfter);
        Assert.False(result.Program!.Facts[3].IsDead);
    }

    [Fact] // SPEC G.20
    [Trait("Spec", "G.20")]
    public void MarksAProbeInDeadCodeAsUnattachable()
    {
        VerificationResult result = Verify("r0 = 0\nexit\ngoto +0\nexit", Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(2, [Asm.In(Register.R3)])));
        ProbeSiteFacts site = Assert.Single(result.EnsureAccepted().Sites);
        Assert.Contains("dead code", site.Unattachable, StringComparison.Ordinal);
    }

    [Fact] // SPEC G.24
    [Trait("Spec", "G.24")]
    public void RefusesAnArgumentThatIsUnwrittenOnOnePath()
    {
        VerificationResult result = Verify("r0 = 0\nif r1 == 0 goto +1\nr6 = 1\ngoto +0\nexit", Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(3, [Asm.In(Register.R6)])));
        Assert.Equal(VerifierDiagnostics.UninitializedProbeArgument.Id, result.Rejection?.Id);
        Assert.Equal("p", result.Rejection?.Place.Probe);
    }

    public static TheoryData<string, ProbeArgumentKind, bool> Arguments => new()
    {
        { "r6 = 5", ProbeArgumentKind.Integer, true },
        { "r6 = *(u32 *)(r1 + 12)", ProbeArgumentKind.Integer, true },
        { "r6 = r1", ProbeArgumentKind.Integer, false }, // SPEC G.22
        { "r6 = r10", ProbeArgumentKind.Integer, false },
        { "r6 = map[idx:5][0]", ProbeArgumentKind.Integer, false },
        { "r6 = r1", ProbeArgumentKind.Context, true }, // SPEC G.23
        { "r6 = r1\nr6 += 8", ProbeArgumentKind.Context, false },
        { "r6 = 5", ProbeArgumentKind.Context, false },
        { "r6 = r10", ProbeArgumentKind.Context, false },
        { "r6 = r1\nif r1 != 0 goto +1\nr6 = r10", ProbeArgumentKind.Context, false }, // SPEC G.25
        { "r6 = r10\nr6 += -8", ProbeArgumentKind.Pointer, true },
        { "r6 = r1", ProbeArgumentKind.Pointer, true },
        { "r6 = 0", ProbeArgumentKind.Pointer, true },
        { "r6 = 5", ProbeArgumentKind.Pointer, false }, // SPEC G.22, the reverse
    };

    [Theory]
    [MemberData(nameof(Arguments))]
    [Trait("Spec", "G.22")]
    [Trait("Spec", "G.23")]
    [Trait("Spec", "G.25")]
    public void HoldsArgumentsToTheirDeclaration(string text, ProbeArgumentKind kind, bool accepted)
    {
        ProbeParameter parameter = kind switch
        {
            ProbeArgumentKind.Integer => Asm.Int,
            ProbeArgumentKind.Context => Asm.Context,
            _ => Asm.Pointer,
        };
        int slot = Assembler.Parse(text).Length;
        VerificationResult result = Verify(
            text + "\ngoto +0\nr0 = 0\nexit", Asm.Probe("p", [parameter], new ProbeSiteSpec(slot, [Asm.In(Register.R6)])));
        Assert.Equal(accepted ? null : VerifierDiagnostics.ProbeArgumentType.Id, result.Rejection?.Id);
    }

    [Fact] // SPEC G.26
    [Trait("Spec", "G.26")]
    public void TakesOneRegisterForTwoArgumentsAndKeepsItAlive()
    {
        ProbeSpec probe = Asm.Probe("p", [Asm.Int, Asm.Int], new ProbeSiteSpec(2, [Asm.In(Register.R0), Asm.In(Register.R0)]));
        VerifiedProgram program = Verify("r0 = 0\nr6 = 7\ngoto +0\nr0 = r6\nexit", probe).EnsureAccepted();
        Assert.Equal(RegisterSet.Of(Register.R0).With(Register.R6), program.Facts[2].LiveBefore);
        Assert.Equal(RegisterSet.Of(Register.R6), program.Sites[0].LiveAfter);
        Assert.True(program.Functions[0].HasCalls);
    }
}
