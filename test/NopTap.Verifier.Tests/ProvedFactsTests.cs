// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Tests;

/// <summary>What exploration leaves for engines beyond that a program may run.</summary>
public sealed class ProvedFactsTests
{
    // .rodata begins with "hello", so the byte is 104.
    const string Constant = """
        r6 = r1
        r2 = map[idx:4][0] + 0
        r3 = *(u8 *)(r2 + 0)
        r4 = r3
        r4 *= 2
        r0 = 0
        if r3 == 104 goto same
        r0 = 1
        goto +0
        exit
        same:
        if r3 > 200 goto more
        exit
        more:
        r0 = 2
        exit
        """;

    [Fact]
    public void BranchesThatGoOneWayLeaveDeadCode()
    {
        VerifiedProgram program = Verify(Constant).EnsureAccepted();
        Assert.Equal((BranchFact.AlwaysTaken, BranchFact.NeverTaken), (program.Facts[7].Branch, program.Facts[11].Branch));
        Assert.Equal([8, 9, 10, 13, 14], Enumerable.Range(0, program.Facts.Length).Where(slot => program.Facts[slot].IsDead));
    }

    [Fact]
    public void BothWaysOfAnUndecidedBranchAreOpen()
    {
        VerifiedProgram program = Verify("r0 = *(u32 *)(r1 + 12)\nif r0 > 7 goto end\nr0 = 0\nend:\nexit").EnsureAccepted();
        Assert.Equal(BranchFact.Open, program.Facts[1].Branch);
        Assert.DoesNotContain(program.Facts, fact => fact.IsDead);
    }

    // The second way to the branch ends early where the first one, which knew r2 = 0, went on: it must not be thought decided.
    [Fact]
    public void ABranchThatAnEarlyEndHidesIsNotDecided()
    {
        const string text = """
            r0 = 0
            r2 = 0
            r3 = *(u32 *)(r1 + 12)
            if r3 > 7 goto join
            r2 = 1
            join:
            r4 = *(u32 *)(r1 + 16)
            r5 = 1
            r5 = 2
            r5 = 3
            r5 = 4
            if r4 > 7 goto test
            r5 = 5
            test:
            if r2 == 0 goto end
            r0 = 1
            end:
            exit
            """;
        VerifiedProgram program = Verify(text).EnsureAccepted();
        Assert.Equal(BranchFact.Open, program.Facts[12].Branch);
        Assert.DoesNotContain(program.Facts, fact => fact.IsDead);
    }

    [Fact] // SPEC G.20
    [Trait("Spec", "G.20")]
    public void AProbeBehindABranchThatNeverGoesThereIsUnattachable()
    {
        VerificationResult result = Verify(Constant, Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(9, [Asm.In(Register.R5)])));
        ProbeSiteFacts site = Assert.Single(result.EnsureAccepted().Sites);
        Assert.Equal("dead code: the branches in front of it never go there, so no run of the program reaches slot 9", site.Unattachable);
    }

    [Fact]
    public void NumbersThatAreAlwaysTheSameAreKnown()
    {
        VerifiedProgram program = Verify(Constant).EnsureAccepted();
        var known = program.Constants.Select((value, slot) => (slot, value)).Where(pair => pair.value is not null).Select(pair => (pair.slot, pair.value!.Value));
        Assert.Equal([(3, 104ul), (4, 104ul), (5, 208ul), (6, 0ul)], known);
    }

    // Followed paths know 1 or 2 at the end of each, and the later one ends early: the number differs from run to run all the same.
    [Fact]
    public void NumbersThatDifferFromRunToRunAreNotKnown()
    {
        VerifiedProgram program = Verify("r0 = *(u32 *)(r1 + 12)\nr2 = 1\nif r0 > 7 goto end\nr2 = 2\nend:\nr3 = r2\nr0 = 0\nexit").EnsureAccepted();
        Assert.Equal([null, 1ul, null, 2ul, null, 0ul, null], program.Constants);
    }

    [Fact]
    public void ATestForEqualityMakesANumberKnown()
    {
        VerifiedProgram program = Verify("r0 = *(u32 *)(r1 + 12)\nif r0 != 7 goto end\nr3 = r0\nend:\nr0 = 0\nexit").EnsureAccepted();
        Assert.Equal(7ul, program.Constants[2]);
    }

    [Fact]
    public void AccessesAreKnownByWhatTheyReach()
    {
        const string text = """
            r6 = *(u32 *)(r1 + 12)
            *(u64 *)(r10 - 8) = r6
            r2 = r10
            r2 += -8
            r1 = map[idx:1]
            call map_lookup_elem
            if r0 == 0 goto end
            r1 = *(u64 *)(r0 + 0)
            end:
            if r6 > 5 goto other
            r3 = r10
            r3 += -8
            goto load
            other:
            r3 = map[idx:5][0] + 0
            load:
            r3 = *(u64 *)(r3 + 0)
            r0 = 0
            exit
            """;
        VerifiedProgram program = Verify(text).EnsureAccepted();
        var reached = program.Facts.Select((fact, slot) => (slot, fact.Address)).Where(pair => pair.Address != AddressKind.Unknown);
        Assert.Equal([(0, AddressKind.Context), (1, AddressKind.Stack), (8, AddressKind.MapValue), (15, AddressKind.Mixed)], reached);
        Assert.Equal(1, program.Facts[6].MapIndex);
    }

    [Theory]
    [InlineData("r0 = 0\ncall fn_a\nexit\nfn_a:\ncall ktime_get_ns\nr0 = 0\nexit", true)]
    [InlineData("r0 = 0\ncall fn_a\nexit\nfn_a:\ncall get_smp_processor_id\nr0 = 0\nexit", false)]
    [InlineData("r0 = 0\nif r0 == 0 goto end\ncall ktime_get_ns\nend:\nexit", false)]
    public void CallsOfManagedHelpersAreKnownThroughCallees(string text, bool managed)
    {
        VerificationRequest request = Asm.Request(text) with
        {
            Helpers = Asm.Helpers.Values
                .Select(helper => helper.Id == (int)HelperId.KtimeGetNs ? helper with { Effects = helper.Effects | HelperEffects.Managed } : helper)
                .ToFrozenDictionary(helper => helper.Id),
        };
        Assert.Equal(managed, ProgramVerifier.Verify(request).EnsureAccepted().Functions[0].MayCallManagedHelper);
    }

    static VerificationResult Verify(string text, params ProbeSpec[] probes) => ProgramVerifier.Verify(Asm.Request(text, [.. probes]));
}
