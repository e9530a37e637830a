// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Fuzz.Verdicts;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>
/// Ways out of a function that no instruction names: each is followed, in the verdict as in the facts. The kernel is asked about packet loads
/// in functions in another form (<see cref="ExplicitExits"/>), with the same paths.
/// </summary>
public sealed class EarlyExitTests(ITestOutputHelper output)
{
    const string End = "\nr0 = 0\nexit\n";

    // r6 the context; 8 bytes at r10-8 hold a number that the callee is to replace by 0.
    const string Slot = "r6 = r1\nr1 = 1048576\n*(u64 *)(r10 - 8) = r1\nr1 = r6\nr2 = r10\nr2 += -8\n";
    const string Value = "\nr8 = *(u64 *)(r10 - 8)\n*(u32 *)(r10 - 12) = 0\nr2 = r10\nr2 += -12\nr1 = map[idx:1]\n*(u64 *)(r10 - 24) = 0\nr2 = r10\nr2 += -24\ncall map_lookup_elem\nif r0 == 0 goto over\n";
    const string UsesSlot = Value + "r0 += r8\n*(u8 *)(r0 + 0) = 1\nover:" + End;
    const string Clears = "fn_a:\nr6 = r1\nr7 = r2\nr0 = *(u32 *)skb[2147483647]\nr1 = 0\n*(u64 *)(r7 + 0) = r1\nr0 = 1\nexit";
    const string Reserve = "r1 = map[idx:2]\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto over\n";
    const string Submit = "r2 = 0\ncall ringbuf_submit\n";
    const string Loop = "r6 = r1\n*(u64 *)(r10 - 8) = r1\nr1 = 4\nr2 = subprog[fn_cb]\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop\n";
    const string Each = "*(u64 *)(r10 - 8) = r1\nr1 = map[idx:0]\nr2 = subprog[fn_each]\nr3 = r10\nr3 += -8\nr4 = 0\ncall for_each_map_elem\n";
    const string Callback = "fn_cb:\nr6 = *(u64 *)(r2 + 0)\n";
    const string NewIterator = "r1 = r10\nr1 += -32\nr2 = 0\nr3 = 4\ncall iter_num_new\n";
    const string EndIterator = "r1 = r10\nr1 += -32\ncall iter_num_destroy\n";
    const string TailCall = "r2 = map[idx:3]\nr3 = 0\ncall tail_call\n";

    public static TheoryData<string, string?> Programs => new()
    {
        // What the function was to write.
        { Slot + "call fn_a" + UsesSlot + Clears, VerifierDiagnostics.OutOfBounds.Id },
        { Slot + "call fn_a" + UsesSlot + Clears.Replace("skb[2147483647]", "skb[r2 + 0]", StringComparison.Ordinal), VerifierDiagnostics.OutOfBounds.Id },
        { Slot.Replace("1048576", "40", StringComparison.Ordinal) + "call fn_a" + UsesSlot + Clears, null },
        { Slot + "call fn_b" + UsesSlot + "fn_b:\ncall fn_a\nr0 = 0\nexit\n" + Clears, VerifierDiagnostics.OutOfBounds.Id },
        { Slot + "call fn_b" + UsesSlot + "fn_b:\nr6 = r2\ncall fn_a\nr1 = 0\n*(u64 *)(r6 + 0) = r1\nr0 = 0\nexit\n" + Clears, null },

        // What it was to return.
        { "call fn_r\nif r0 == 1 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 1\nexit", VerifierDiagnostics.NotDereferenceable.Id },
        { "call fn_r\nif r0 s< 2 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 1\nexit", null },
        { "*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\ncall fn_r\nr0 = *(u8 *)(r0 + 0)" + End + "fn_r:\nr6 = r1\nr7 = r2\nr0 = *(u8 *)skb[0]\nr1 = map[idx:0]\nr2 = r7\ncall map_lookup_elem\nexit", VerifierDiagnostics.NotDereferenceable.Id },
        { "*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\ncall fn_r\nif r0 == 0 goto +1\nr0 = *(u8 *)(r0 + 0)" + End + "fn_r:\nr6 = r1\nr7 = r2\nr0 = *(u8 *)skb[0]\nr1 = map[idx:0]\nr2 = r7\ncall map_lookup_elem\nexit", null },

        // What it was to give back, and what its caller holds.
        { "r6 = r1\n" + Reserve + "r1 = r6\nr2 = r0\ncall fn_s\nover:" + End + "fn_s:\nr6 = r1\nr7 = r2\nr0 = *(u8 *)skb[0]\nr1 = r7\n" + Submit + "r0 = 0\nexit", VerifierDiagnostics.ReferenceLeak.Id },
        { "r6 = r1\n" + Reserve + "r7 = r0\nr1 = r6\ncall fn_r\nr1 = r7\n" + Submit + "over:" + End + "fn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nexit", null },
        { "r6 = r1\n" + Reserve + "r7 = r0\nr0 = *(u8 *)skb[0]\nr1 = r7\n" + Submit + "over:" + End, VerifierDiagnostics.ReferenceLeak.Id },
        { "call fn_i\nr0 = 0\nexit\nfn_i:\nr6 = r1\n" + NewIterator + "r0 = *(u8 *)skb[0]\n" + EndIterator + End, VerifierDiagnostics.ReferenceLeak.Id },
        { "r6 = r1\n" + NewIterator + "r1 = r6\ncall fn_r\n" + EndIterator + "r0 = 0\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nexit", null },
        { "r6 = r1\n" + NewIterator + "r0 = *(u8 *)skb[0]\n" + EndIterator + End, VerifierDiagnostics.ReferenceLeak.Id },

        // Callbacks.
        { Loop + End + Callback + "r0 = *(u8 *)skb[0]\nr0 = 1\nexit", null },
        { Loop + End + Callback + "r0 = *(u8 *)skb[0]\nexit", VerifierDiagnostics.CallbackReturn.Id },
        { Loop + "over:" + End + Callback + Reserve.Replace("over", "out", StringComparison.Ordinal) + "r7 = r0\nr0 = *(u8 *)skb[0]\nr1 = r7\n" + Submit + "out:\nr0 = 0\nexit", VerifierDiagnostics.ReferenceLeak.Id },
        { Each + End + "fn_each:\nr7 = r3\nr6 = *(u64 *)(r4 + 0)\nr0 = *(u8 *)skb[0]\n*(u8 *)(r7 + 3) = r0\nr0 = 0\nexit", null },

        // The callback was to clear the slot in the first of its rounds.
        {
            "*(u64 *)(r10 - 8) = r1\nr1 = 1048576\n*(u64 *)(r10 - 16) = r1\nr1 = 1\nr2 = subprog[fn_cb]\nr3 = r10\nr3 += -16\nr4 = 0\ncall loop\nif r0 != 1 goto over\nr8 = *(u64 *)(r10 - 16)\n*(u64 *)(r10 - 24) = 0\nr2 = r10\nr2 += -24\nr1 = map[idx:1]\n"
            + "call map_lookup_elem\nif r0 == 0 goto over\nr0 += r8\n*(u8 *)(r0 + 0) = 1\nover:" + End + "fn_cb:\nr7 = r2\nr6 = *(u64 *)(r2 + 8)\nr0 = *(u8 *)skb[0]\n*(u64 *)(r7 + 0) = 0\nr0 = 1\nexit",
            VerifierDiagnostics.OutOfBounds.Id
        },

        // Paths that meet: the first of them alone would be safe.
        {
            "r6 = r1\nr9 = *(u32 *)(r1 + 0)\nr1 = 40\nif r9 > 60 goto +1\nr1 = 1048576\n*(u64 *)(r10 - 8) = r1\nr1 = r6\nr2 = r10\nr2 += -8\ncall fn_a" + UsesSlot + Clears, VerifierDiagnostics.OutOfBounds.Id
        },
        {
            "r6 = r1\nr9 = *(u32 *)(r1 + 0)\nr1 = 1048576\nif r9 > 60 goto +1\nr1 = 40\n*(u64 *)(r10 - 8) = r1\nr1 = r6\nr2 = r10\nr2 += -8\ncall fn_a" + UsesSlot + Clears, VerifierDiagnostics.OutOfBounds.Id
        },

        // A packet that is moved behind the load has not moved where it fails; on the other path it has.
        {
            "r6 = r1\nr2 = *(u32 *)(r1 + 76)\nr3 = *(u32 *)(r1 + 80)\nr4 = r2\nr4 += 14\nif r4 > r3 goto over\nr7 = r2\ncall fn_m\nif r0 != 0 goto over\nr0 = *(u8 *)(r7 + 0)\nover:" + End
            + "fn_m:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr1 = r6\nr2 = 0\ncall skb_pull_data\nr0 = 1\nexit", null
        },
        {
            "r6 = r1\nr2 = *(u32 *)(r1 + 76)\nr3 = *(u32 *)(r1 + 80)\nr4 = r2\nr4 += 14\nif r4 > r3 goto over\nr7 = r2\ncall fn_m\nif r0 == 0 goto over\nr0 = *(u8 *)(r7 + 0)\nover:" + End
            + "fn_m:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr1 = r6\nr2 = 0\ncall skb_pull_data\nr0 = 1\nexit", VerifierDiagnostics.NotDereferenceable.Id
        },

        // Tail calls: the slot that the function clears behind one, what it gives back behind one.
        { Slot + "call fn_t" + UsesSlot + "fn_t:\nr7 = r2\n" + TailCall + "r1 = 0\n*(u64 *)(r7 + 0) = r1\nr0 = 0\nexit", VerifierDiagnostics.OutOfBounds.Id },
        { Slot + "call fn_t" + UsesSlot + "fn_t:\nr7 = r2\nr3 = 0\n*(u64 *)(r7 + 0) = r3\n" + TailCall + "r0 = 0\nexit", null },
        { "r6 = r1\n" + Reserve + "r1 = r6\nr2 = r0\ncall fn_s\nover:" + End + "fn_s:\nr7 = r2\n" + TailCall + "r1 = r7\n" + Submit + "r0 = 0\nexit", VerifierDiagnostics.ReferenceLeak.Id },
        { "call fn_i\nr0 = 0\nexit\nfn_i:\nr6 = r1\n" + NewIterator + "r1 = r6\n" + TailCall + EndIterator + End, VerifierDiagnostics.ReferenceLeak.Id },
        { Loop + End + Callback + "r1 = r6\ncall fn_t\nr0 = 0\nexit\nfn_t:\n" + TailCall + "r0 = 0\nexit", null },
        { Loop + End + Callback + "r1 = r6\ncall fn_t\nexit\nfn_t:\n" + TailCall + "r0 = 0\nexit", VerifierDiagnostics.CallbackReturn.Id },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void AreFollowedAsTheKernelFollowsThem(string text, string? refusal)
    {
        VerificationRequest request = Request(text);
        Judge(request, refusal);
        AskKernel(request, refusal is null);
    }

    // A global function is verified on its own: it ends with 0, which its callers expect.
    [Theory]
    [InlineData("r6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 1\nexit", null)]
    [InlineData("r6 = r1\n" + Reserve + "r7 = r0\nr0 = *(u8 *)skb[0]\nr1 = r7\n" + Submit + "over:" + End, "BPF2039")]
    public void AGlobalFunctionEndsWithNothingHeld(string body, string? refusal)
    {
        VerificationRequest request = Request("call fn_g\nif r0 == 1 goto +2\nr0 = 0\nexit\nr0 = 1\nexit\nfn_g:\n" + body);
        FunctionSpec function = request.Program.Functions[1] with
        {
            IsGlobal = true,
            Prototype = new FunctionPrototype("int", true, [new FunctionParameter("ctx", "struct __sk_buff *", FunctionParameterKind.Context, 0, ParameterTags.None)]),
        };
        Judge(request with { Program = request.Program with { Functions = request.Program.Functions.SetItem(1, function) } }, refusal);
    }

    [Theory]
    [InlineData("call fn_r\nr0 = 0\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nexit", "BPF2072")]
    [InlineData("r6 = r1\nr0 = *(u8 *)skb[0]\ncall fn_r\nexit\nfn_r:\nr0 = 0\nexit", null)]
    public void WithoutTypesOnlyTheEntryMayLoadPackets(string text, string? refusal)
    {
        VerificationRequest request = Request(text);
        ImmutableArray<FunctionSpec> untyped = [.. request.Program.Functions.Select(static function => function with { BtfTypeId = 0 })];
        request = request with { Program = request.Program with { Functions = untyped } };
        Judge(request, refusal);
        // The other one says "LD_ABS is not allowed in subprogs without BTF", in Linux 6.18.
        if (UnaskedPrograms.WhyNot(request.Program.Instructions.AsSpan()) is null)
            AskKernel(request, refusal is null, omitTypes: true);
    }

    static readonly BpfObjectSpec s_refused = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "verifier", "early_exits.bpf.o"));

    public static TheoryData<string> ProgramsOfClang => [.. s_refused.Programs.Select(static program => program.Name).Where(static name => name != "ended")];

    [Theory]
    [MemberData(nameof(ProgramsOfClang))]
    public void WhatClangMakesOfThemIsRefusedToo(string name)
    {
        ProgramSpec program = s_refused.Programs.Single(program => program.Name == name);
        VerificationResult ours = ProgramVerifier.Verify(
            new VerificationRequest { Program = program, Maps = s_refused.Maps, Helpers = Asm.Helpers, Context = Layouts.Of(program.Type)! });
        output.WriteLine(ours.Explanation?.ToDetailedString() ?? "accepted");
        Assert.False(ours.IsAccepted);
        // What a function returns is of interest only where the load is shown as it is: "LD_ABS is only allowed in functions that return 'int'".
        if (KernelOracle.Unavailable is not null || ours.Rejection!.Id == VerifierDiagnostics.PacketLoadInFunction.Id)
            return;
        using var oracle = new KernelOracle(s_refused.Maps);
        KernelVerdict verdict = oracle.LoadSafely(program, log: true);
        output.WriteLine($"the kernel: {verdict.Reason}");
        Assert.False(verdict.IsAccepted);
    }

    // For each exit a program that is safe unless it happens. Behind the end of a run there is no program.
    static readonly Dictionary<EarlyExit, string> s_unsafeBehind = new()
    {
        [EarlyExit.PacketLoadFails] = "call fn_r\nif r0 == 1 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 1\nexit",
        [EarlyExit.TailCallSucceeds] = "call fn_t\nif r0 == 1 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit\nfn_t:\n" + TailCall + "r0 = 1\nexit",
        [EarlyExit.TailCallFallsThrough] = TailCall + "r0 = *(u8 *)(r0 + 0)\nexit",
        [EarlyExit.HelperFaults] = "*(u64 *)(r10 - 8) = 0\nr1 = map[idx:1]\nr2 = r10\nr2 += -8\ncall map_lookup_elem\nr0 = *(u8 *)(r0 + 0)\nexit",
        [EarlyExit.CallbacksEnd] = "r1 = 1048576\n*(u64 *)(r10 - 8) = r1\nr1 = 4\nr2 = subprog[fn_cb]\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop" + UsesSlot + "fn_cb:\n*(u64 *)(r2 + 0) = 0\nr0 = 0\nexit",
        [EarlyExit.IteratorEnds] = NewIterator + "r1 = r10\nr1 += -32\ncall iter_num_next\nr6 = *(u32 *)(r0 + 0)\n" + EndIterator + End,
        [EarlyExit.MayGotoJumps] = "r2 = 0\nmay_goto out\nr2 = r10\nout:\nr0 = *(u64 *)(r2 - 8)\nexit",
        [EarlyExit.GlobalFunctionSkipped] = "call fn_g\nif r0 == 1 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit\nfn_g:\nr0 = 1\nexit",
    };

    [Fact]
    public void EveryEarlyExitIsFollowed()
    {
        Assert.Equal(EarlyExits.All.Where(static exit => EarlyExits.RuleOf(exit).Leaves != EarlyExitScope.Run), s_unsafeBehind.Keys.Order());
        foreach ((EarlyExit exit, string text) in s_unsafeBehind)
        {
            VerificationRequest request = Request(text);
            if (exit == EarlyExit.GlobalFunctionSkipped)
            {
                FunctionSpec function = request.Program.Functions[1] with { IsGlobal = true, Prototype = new FunctionPrototype("int", true, []) };
                request = request with { Program = request.Program with { Functions = request.Program.Functions.SetItem(1, function) } };
            }

            Assert.False(ProgramVerifier.Verify(request).IsAccepted, $"{exit} is not followed");
        }
    }

    // Whether the kernel may be asked is told from the code alone, and what it was not asked is no verdict.
    [Theory]
    [InlineData("r6 = r1\nr0 = *(u8 *)skb[0]\nexit", false)]
    [InlineData("r6 = r1\nr0 = *(u8 *)skb[0]\ncall fn_r\nexit\nfn_r:\nr0 = 0\nexit", false)]
    [InlineData("call fn_r\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[r2 + 0]\nexit", true)]
    [InlineData(Loop + End + Callback + "r0 = *(u8 *)skb[0]\nr0 = 1\nexit", true)]
    public void TheKernelIsNotAskedWhatHarmsIt(string text, bool isUnasked)
    {
        ProgramSpec program = Request(text).Program;
        Assert.Equal(isUnasked, UnaskedPrograms.WhyNot(program.Instructions.AsSpan()) is not null);
        Assert.Null(UnaskedPrograms.WhyNot(ExplicitExits.Of(program).Instructions.AsSpan()));
        Assert.Throws<InvalidOperationException>(static () => new KernelVerdict(0, "") { NotAsked = "for the test" }.IsAccepted);
    }

    // The branch goes both ways, since 0 comes back where the load fails.
    [Fact]
    public void TheCallersBranchesAreOpen()
    {
        VerifiedProgram program = ProgramVerifier.Verify(Request("call fn_r\nif r0 == 1 goto +2\nr0 = 7\nexit\nr0 = 9\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 1\nexit")).EnsureAccepted();
        Assert.Equal(BranchFact.Open, program.Facts[1].Branch);
        Assert.DoesNotContain(program.Facts, static fact => fact.IsDead);
    }

    // What the function writes behind the load is unwritten where the load fails.
    [Fact]
    public void WhatIsWrittenBehindTheLoadMayBeUnwritten()
    {
        const string text = "r2 = r10\nr2 += -8\ncall fn_w\nr0 = *(u8 *)(r10 - 8)\nexit\nfn_w:\nr7 = r2\n";
        Assert.True(ProgramVerifier.Verify(Request(text + "r6 = r1\nr0 = *(u8 *)skb[0]\nr1 = 1\n*(u64 *)(r7 + 0) = r1\nr0 = 0\nexit")).EnsureAccepted().Functions[0].ReadsUnwrittenStack);
        Assert.False(ProgramVerifier.Verify(Request(text + "r6 = r1\nr1 = 1\n*(u64 *)(r7 + 0) = r1\nr0 = *(u8 *)skb[0]\nr0 = 0\nexit")).EnsureAccepted().Functions[0].ReadsUnwrittenStack);
    }

    [Fact]
    public void ARefusalTellsWhereTheFunctionEnded()
    {
        Rejection? rejection = ProgramVerifier.Verify(Request(Slot + "call fn_a" + UsesSlot + Clears)).Explanation;
        output.WriteLine(rejection!.ToDetailedString());
        rejection = ProgramVerifier.Verify(Request("call fn_r\nif r0 == 1 goto +1\nr0 = *(u8 *)(r0 + 0)\nexit\nfn_r:\nr6 = r1\nr0 = *(u8 *)skb[0]\nr0 = 1\nexit")).Explanation;
        output.WriteLine(rejection!.ToDetailedString());
        Assert.Contains(rejection!.Path, static step => step is { EndsFunction: true, Slot: 5 });
    }

    void Judge(VerificationRequest request, string? refusal)
    {
        VerificationResult ours = ProgramVerifier.Verify(request);
        output.WriteLine(ours.Explanation?.ToString() ?? ours.Rejection?.ToString() ?? "accepted");
        Assert.Equal(refusal, ours.Rejection?.Id);
    }

    static void AskKernel(VerificationRequest request, bool accepted, bool omitTypes = false)
    {
        if (KernelOracle.Unavailable is not null)
            return;
        using var oracle = new KernelOracle(Asm.Maps) { OmitTypes = omitTypes };
        KernelVerdict verdict = oracle.LoadSafely(request.Program, log: true);
        Assert.True(verdict.IsAccepted == accepted, $"the kernel says errno {verdict.Errno}: {verdict.Log}");
    }

    static VerificationRequest Request(string text)
    {
        VerificationRequest request = Asm.Request(text);
        return request with { Context = Layouts.SkBuff, Program = request.Program with { Type = ProgramType.SchedCls } };
    }
}
