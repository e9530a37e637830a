// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>One program for each rule of the exploration, and for each kind of refusal; the kernel is asked too.</summary>
public sealed class ExplorationTests
{
    const string Lookup = "*(u32 *)(r10 - 4) = r9\nr2 = r10\nr2 += -4\nr1 = map[idx:0]\ncall map_lookup_elem\n";
    const string Start = "r6 = r1\nr9 = *(u32 *)(r1 + 12)\n";
    const string End = "\nr0 = 0\nexit";
    const string Reserve = "r1 = map[idx:2]\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\n";

    static VerificationResult Verify(string text, Func<VerificationRequest, VerificationRequest>? change = null)
    {
        VerificationRequest request = Asm.Request(text);
        return ProgramVerifier.Verify(change is null ? request : change(request));
    }

    static string Loop(string callback, string before = "", string context = "r3 = 0") =>
        $"{Start}{before}\nr1 = 10\nr2 = subprog[fn_cb]\n{context}\nr4 = 0\ncall loop\nr0 = 0\nexit\nfn_cb:\n{callback}\nexit";

    public static TheoryData<string, string> Refused => new()
    {
        { "r0 = 0\nr1 = 0\nr1 += 1\nr0 += 2\ngoto -3\nexit", VerifierDiagnostics.TooComplex.Id },
        { "r0 = 0\nr3 = 1\nr4 = 2\nr5 = 3\nr2 = 4\nr2 = 5\nr2 = 6\ngoto +0\nif r0 == 0 goto -9\nexit", VerifierDiagnostics.InfiniteLoop.Id },
        { "r2 = r10\nr2 &= -8" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r2 = r10\nr2 += r1" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r2 = r10\nw2 += 8" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r2 = 8\nr2 -= r10" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r2 = r10\nr2 += 0x20000000" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r3 = *(u64 *)(r10 - 8)\nr2 = r10\nr2 += r3" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r1 = map[idx:0]\nr1 += 4" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { Start + Lookup + "r0 = *(u64 *)(r0 + 0)" + End, VerifierDiagnostics.MayBeNull.Id },
        { Start + Lookup + "r0 += 8" + End, VerifierDiagnostics.MayBeNull.Id },
        { Start + Lookup + "if r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 16)" + End, VerifierDiagnostics.OutOfBounds.Id },
        { Start + Lookup + "if r0 == 0 goto +1\nr0 = *(u64 *)(r0 - 1)" + End, VerifierDiagnostics.OutOfBounds.Id },
        { Start + Lookup + "if r0 == 0 goto +4\nif r9 > 16 goto +3\nr0 += r9\nr0 = *(u8 *)(r0 + 0)\ngoto +0" + End, VerifierDiagnostics.OutOfBounds.Id },
        { Reserve + "if r0 == 0 goto +1\n*(u64 *)(r0 + 9) = 1" + End, VerifierDiagnostics.OutOfBounds.Id },
        { "r2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 0)" + End, VerifierDiagnostics.PacketOutOfBounds.Id },
        { "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nif r4 > r3 goto +1\nr0 = *(u16 *)(r2 + 13)" + End, VerifierDiagnostics.PacketOutOfBounds.Id },
        { "r1 = map[idx:4][0]\n*(u8 *)(r1 + 0) = 1" + End, VerifierDiagnostics.ReadOnlyMemory.Id },
        { "r1 = 5\nr2 = r10\nr2 += -8\ncall map_lookup_elem" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "r1 = 0\nr2 = 0\ncall xdp_adjust_head" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + Lookup + "r1 = map[idx:0]\nr2 = r0\ncall map_lookup_elem" + End, VerifierDiagnostics.MayBeNull.Id },
        { Start + Reserve + "r1 = r0\nr2 = 0\ncall ringbuf_submit" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "r1 = map[idx:2]\nr2 = r9\nr3 = 0\ncall ringbuf_reserve" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8\nr2 = 4\nr3 = r10\nr3 += -8\ncall strncmp" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "r1 = map[idx:2]\nr2 = r10\nr2 += -8\nr3 = r9\nr4 = 0\ncall ringbuf_output" + End, VerifierDiagnostics.HelperSize.Id },
        { Start + "r9 <<= 32\nr9 s>>= 32\nr1 = map[idx:2]\nr2 = r10\nr2 += -8\nr3 = r9\nr4 = 0\ncall ringbuf_output" + End, VerifierDiagnostics.HelperSize.Id },
        { Start + "r9 &= 7\nr1 = r10\nr1 += -8\nr2 = r9\ncall trace_printk" + End, VerifierDiagnostics.HelperSize.Id },
        { Start + "r1 = r10\nr1 += -8\nr2 = 16\ncall trace_printk" + End, VerifierDiagnostics.StackOutOfBounds.Id },
        { Start + "r9 &= 15\nr2 = r10\nr2 += -8\nr2 += r9\n*(u8 *)(r2 + 0) = 1" + End, VerifierDiagnostics.StackOutOfBounds.Id },
        { Start + "r9 &= 7\nr2 = r10\nr2 += -16\nr2 += r9\n*(u32 *)(r2 + 0) = 1" + End, VerifierDiagnostics.StackMisaligned.Id },
        { "r1 = map[idx:5][0]\nr0 = load_acquire((u64 *)(r1 + 4))" + End, VerifierDiagnostics.BadAtomic.Id },
        { "r1 = map[idx:5][0]\nr1 += 1\nr2 = 0\nstore_release((u32 *)(r1 + 0), w2)" + End, VerifierDiagnostics.BadAtomic.Id },
        { Reserve + "r0 = 0\nexit", VerifierDiagnostics.ReferenceLeak.Id },
        { Start + Reserve + "if r0 == 0 goto +4\nr1 = r6\nr2 = map[idx:3]\nr3 = 0\ncall tail_call" + End, VerifierDiagnostics.ReferenceLeak.Id },
        { Loop("r0 = 2"), VerifierDiagnostics.CallbackReturn.Id },
        { "r1 = r10\nr1 += -8\ncall fn_a\nexit\nfn_a:\n*(u64 *)(r1 + 0) = r10\nr0 = 0\nexit", VerifierDiagnostics.FrameEscapes.Id },
        { "call fn_a\nr0 = 0\nexit\nfn_a:\nr0 = r10\nexit", VerifierDiagnostics.FrameEscapes.Id },
        { Start + "*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map[idx:3]\ncall map_lookup_elem" + End, VerifierDiagnostics.MapMismatch.Id },
        { Start + "r1 = r6\nr2 = map[idx:0]\nr3 = 0\ncall tail_call" + End, VerifierDiagnostics.MapMismatch.Id },
        { "*(u64 *)(r10 - 400) = 0\ncall fn_a\nexit\nfn_a:\n*(u64 *)(r10 - 200) = 0\nr0 = 0\nexit", VerifierDiagnostics.StackTooDeep.Id },
        { "r6 = r1\nr0 = *(u32 *)skb[0]\nexit", VerifierDiagnostics.PacketLoadForbidden.Id },
        { Start + "r9 /= 0" + End, VerifierDiagnostics.BadConstant.Id },
        { Start + "w9 <<= 32" + End, VerifierDiagnostics.BadConstant.Id },
        { "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 8\nif r4 > r3 goto +2\nr5 = 1\nlock *(u64 *)(r2 + 0) += r5" + End, VerifierDiagnostics.BadAtomic.Id },
        { "*(u64 *)(r10 - 8) = r1\nr0 = *(u32 *)(r10 - 8)\nexit", VerifierDiagnostics.PartialPointer.Id },
        { "*(u32 *)(r10 - 8) = r1\nr0 = 0\nexit", VerifierDiagnostics.PartialPointer.Id },
        { "*(u64 *)(r10 - 8) = r1\nr0 = 0\nlock *(u32 *)(r10 - 8) += r0\nexit", VerifierDiagnostics.PartialPointer.Id },
        { "r1 = r10\nr1 += -8\nr2 = r10\ncall fn_a\nexit\nfn_a:\n*(u64 *)(r1 + 0) = r2\nr0 = 0\nexit", VerifierDiagnostics.FrameEscapes.Id },
        { "r1 += 4\nr0 = *(u32 *)(r1 + 8)" + End, VerifierDiagnostics.ModifiedContext.Id },
        { Start + "r3 = r6\nif r9 == 0 goto +1\nr3 = r10\nr0 = *(u32 *)(r3 - 8)" + End, VerifierDiagnostics.MixedPointers.Id },
        { "r0 = *(u32 *)(r1 + 20)" + End, VerifierDiagnostics.NoContextField.Id },
        { "r2 = r10\nr2 -= 8" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r1 = 64\nr0 = *(u32 *)(r1 + 0)" + End, VerifierDiagnostics.NotDereferenceable.Id },
        { Start + "if r9 == 0 goto +1\nr8 = 1\nr0 = r8\nexit", VerifierDiagnostics.UninitializedRegister.Id },
        { Start + "r1 = r6\nr2 = 0\nr7 = *(u32 *)(r6 + 0)\ncall xdp_adjust_head\nr0 = *(u8 *)(r7 + 0)" + End, VerifierDiagnostics.NotDereferenceable.Id },
        // Found by random programs.
        { Start + "r1 = r6\ncall fn_a\nr0 = 0\nexit\nfn_a:\nr6 = r1\nr1 = map[idx:2]\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\nr1 = r6\nr2 = map[idx:3]\nr3 = 0\ncall tail_call\nr0 = 0\nexit", VerifierDiagnostics.ReferenceLeak.Id },
        { "r1 = r10\nr1 += -16\nr2 = 16\nr3 = map[idx:4][0]\nr4 = r10\nr4 += -24\nr5 = 0\ncall snprintf" + End, VerifierDiagnostics.HelperArgument.Id },
        { "*(u64 *)(r10 - 16) = r1\nr0 = 1\nr4 = 4\nr0 = atomic64_cmpxchg((u64 *)(r10 - 16), r0, r4)\nr3 = 1\nw3 &= w0" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { Start + Lookup + "if r0 == 0 goto +1\nr0 = atomic64_cmpxchg((u64 *)(r0 + 8), r0, r9)" + End, VerifierDiagnostics.BadAtomic.Id },
        { Start + "r1 = r6\nr2 = map[idx:3]\nr3 = 0\ncall tail_call\nexit", VerifierDiagnostics.UninitializedRegister.Id },
        { "r2 = *(u32 *)(r1 + 4)\nr2 += 0" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nif r4 > r3 goto +4\nr5 = r2\nr5 += 20\nif r5 <= r3 goto +1\nr0 = *(u8 *)(r5 - 16)" + End, VerifierDiagnostics.PacketOutOfBounds.Id },
        { Start + "r9 >>= 63\nr3 = r9\nr2 = r10\nr1 = map[idx:2]\nr4 = 0\ncall ringbuf_output" + End, VerifierDiagnostics.StackOutOfBounds.Id },
        { "r3 = 0\nr2 = 0\nr1 = map[idx:2]\nr4 = 0\ncall ringbuf_output" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "*(u64 *)(r10 - 48) = r6\nr9 &= 7\nr9 = bswap16 r9\nif r9 > 30 goto +4\nr3 = r10\nr3 += -48\nr3 += r9\nr3 = *(u8 *)(r3 + 0)" + End, VerifierDiagnostics.PartialPointer.Id },
        { Loop("r3 = r2\nr3 += r1\nr0 = 0", "", "r3 = r10"), VerifierDiagnostics.BadPointerArithmetic.Id },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void RefusesAsTheKernelDoes(string text, string id)
    {
        VerificationResult result = Verify(text);
        Assert.Equal(id, result.Rejection?.Id);
        Assert.NotEmpty(result.Rejection!.Hint);
        AskKernel(text, accepted: false);
    }

    public static TheoryData<string> Accepted => new()
    {
        { Start + Lookup + "if r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 8)" + End },
        { Start + Lookup + "if r0 == 0 goto +3\nif r9 > 15 goto +2\nr0 += r9\nr0 = *(u8 *)(r0 + 0)" + End },
        { Start + Lookup + "if r0 == 0 goto +3\nr9 &= 7\nr0 += r9\n*(u64 *)(r0 + 1) = 5" + End },
        { Start + Lookup + "r7 = r0\n*(u64 *)(r10 - 16) = r0\nif r7 == 0 goto +2\nr3 = *(u64 *)(r10 - 16)\nr0 = *(u64 *)(r3 + 0)" + End }, // null test of a copy
        { Start + "r8 = r9\nr8 += 0\nr7 = r9\nif r9 > 7 goto +4\nr2 = r10\nr2 += -16\nr2 += r7\n*(u8 *)(r2 + 0) = 1" + End }, // test of a copy
        { "*(u32 *)(r10 - 8) = 3\nr2 = r10\nr2 += -8\nr1 = map[idx:0]\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)" + End }, // constant key in range
        { Reserve + "if r0 == 0 goto +4\n*(u64 *)(r0 + 8) = 1\nr1 = r0\nr2 = 0\ncall ringbuf_submit" + End },
        { "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nif r4 > r3 goto +1\nr0 = *(u16 *)(r2 + 12)" + End },
        { Start + "r2 = *(u32 *)(r6 + 0)\nr3 = *(u32 *)(r6 + 4)\nr9 &= 63\nr2 += r9\nr4 = r2\nr4 += 8\nif r4 > r3 goto +1\n*(u64 *)(r2 + 0) = 1" + End },
        { "r2 = *(u32 *)(r1 + 8)\nr3 = *(u32 *)(r1 + 0)\nr4 = r2\nr4 += 4\nif r4 > r3 goto +1\nr0 = *(u32 *)(r2 + 0)" + End }, // metadata
        { "r0 = 0\nr1 = 0\nr1 += 1\nif r1 < 100 goto -2\nexit" },
        { "r1 = 0\nr2 = 0\nmay_goto +2\nr2 += 1\ngoto -3\nr0 = r2\nexit" },
        { "r1 = map[idx:4][0]\nr2 = 5\nr2 = *(u8 *)(r1 + 0)\nif r2 == 104 goto +1\nr0 = *(u64 *)(r2 + 0)" + End }, // known constant: dead branch
        { Loop("r0 = 0\nr1 &= 1\nif r1 == 0 goto +1\nr0 = 1") },
        { Loop("r3 = *(u64 *)(r2 + 0)\nr3 += 1\n*(u64 *)(r2 + 0) = r3\nr0 = 0", "*(u64 *)(r10 - 8) = 0", "r3 = r10\nr3 += -8") },
        { Start + "r1 = map[idx:0]\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nr0 = 0\nexit\nfn_cb:\nr0 = *(u32 *)(r2 + 0)\nr0 = *(u64 *)(r3 + 8)\nr0 = 0\nexit" },
        { "r1 = r10\nr1 += -8\ncall fn_a\nr0 = *(u64 *)(r10 - 8)\nexit\nfn_a:\n*(u64 *)(r1 + 0) = 7\nr0 = 0\nexit" },
        { Start + "r1 = r6\nr2 = map[idx:3]\nr3 = r9\ncall tail_call\nr0 = 2\nexit" },
        { Loop("r3 = *(u32 *)(r2 + 0)\nr3 += 31\nif r3 s< -2 goto +1\n*(u32 *)(r2 + 0) = r3\nr0 = 0", "*(u64 *)(r10 - 8) = r9", "r3 = r10\nr3 += -8") },
        { "r0 = *(u64 *)(r10 - 8)\nexit" },
        { "r0 = r1\nexit" }, // the kernel lets privileged programs return addresses; the return range refuses them where there is one
        // Found by random programs.
        { Start + Reserve + "if r0 == 0 goto +6\nr7 = r0\nr1 = r6\ncall fn_a\nr1 = r7\nr2 = 0\ncall ringbuf_submit" + End + "\nfn_a:\nr2 = map[idx:3]\nr3 = 0\ncall tail_call\nr0 = 0\nexit" },
        { Start + "r7 = *(u32 *)(r6 + 0)\nr8 = *(u32 *)(r6 + 4)\nr1 = r6\nr2 = map[idx:3]\nr3 = r9\ncall tail_call\nr4 = r7\nr4 += 8\nif r4 > r8 goto +1\nr0 = *(u64 *)(r7 + 0)" + End },
        { "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nif r4 <= r3 goto +1\nif r4 <= r3 goto +2\nr0 = 0\nexit\nr0 = *(u8 *)(r2 + 100)\nexit" },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void AcceptsWhatTheKernelAccepts(string text)
    {
        VerificationResult result = Verify(text);
        Assert.True(result.IsAccepted, result.Explanation?.ToString() ?? result.Rejection?.ToString());
        AskKernel(text, accepted: true);
    }

    static void AskKernel(string text, bool accepted)
    {
        if (KernelOracle.Unavailable is not null)
            return;
        using var oracle = new KernelOracle(Asm.Maps);
        KernelVerdict verdict = oracle.Load(Asm.Request(text).Program, log: true);
        Assert.True(verdict.IsAccepted == accepted, $"the kernel says errno {verdict.Errno}: {verdict.Reason}");
    }

    [Theory]
    [InlineData("r0 = 5\nexit", false)]
    [InlineData("r0 = *(u32 *)(r1 + 12)\nexit", false)]
    [InlineData("r0 = r1\nexit", false)]
    [InlineData("r0 = *(u32 *)(r1 + 12)\nif r0 > 4 goto +1\nexit\nr0 = 0\nexit", true)]
    public void HoldsTheReturnValueToItsRange(string text, bool accepted)
    {
        VerificationResult result = Verify(text, request => request with { ReturnRange = (0, 4) });
        Assert.Equal(accepted ? null : VerifierDiagnostics.ReturnRange.Id, result.Rejection?.Id);
    }

    // Each jump back leaves a path that waits: a budget of instructions alone would hold a million states.
    [Fact]
    public void RefusesMorePathsThanMayWait()
    {
        VerificationResult result = Verify("r0 = 0\nround:\nmay_goto round\nexit");
        Assert.Equal(VerifierDiagnostics.TooComplex.Id, result.Rejection?.Id);
        Assert.Contains("8193 paths wait", result.Rejection!.ToString(), StringComparison.Ordinal);
        if (KernelOracle.Unavailable is null)
        {
            using var oracle = new KernelOracle(Asm.Maps);
            Assert.False(oracle.Load(Asm.Request("r0 = 0\nround:\nmay_goto round\nexit").Program, log: true).IsAccepted);
        }
    }

    [Fact]
    public void KeepsGplHelpersForGplPrograms()
    {
        const string text = "*(u64 *)(r10 - 8) = 0\nr1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\nr0 = 0\nexit";
        Assert.True(Verify(text).IsAccepted);
        Assert.Equal(VerifierDiagnostics.GplOnly.Id, Verify(text, request => request with { Program = request.Program with { License = "MIT" } }).Rejection?.Id);
    }

    [Fact]
    public void RefusesOneInstructionForTheContextAndAnotherAddress()
    {
        VerificationResult result = Verify(Start + "*(u64 *)(r10 - 8) = 0\nr3 = r6\nif r9 == 0 goto +2\nr3 = r10\nr3 += -24\nr0 = *(u32 *)(r3 + 16)" + End);
        Assert.Equal(VerifierDiagnostics.MixedPointers.Id, result.Rejection?.Id);
    }

    [Fact]
    public void ProbeSitesHoldOnEveryPath()
    {
        ProbeSpec Probe(ProbeParameter parameter) => Asm.Probe("p", [parameter], new ProbeSiteSpec(4, [Asm.In(Register.R7)]));
        // r7 is the context on one path and a number on the other.
        const string mixed = Start + "r7 = r6\nif r9 == 0 goto +0\ngoto +0\nr0 = 0\nexit";
        VerificationResult Full(string text, ProbeParameter parameter) =>
            ProgramVerifier.Verify(Asm.Request(text, Probe(parameter)));
        Assert.Null(Full(mixed, Asm.Context).Rejection);
        Assert.Equal(VerifierDiagnostics.ProbeArgumentType.Id, Full(mixed, Asm.Int).Rejection?.Id);
        Assert.Equal(VerifierDiagnostics.ProbeArgumentType.Id, Full(Start + "r7 = r9\nr7 &= 1\ngoto +0\nr0 = 0\nexit", Asm.Context).Rejection?.Id);
        Assert.Equal(VerifierDiagnostics.UninitializedProbeArgument.Id, Full(Start + "r3 = 0\nr3 = 1\ngoto +0\nr0 = 0\nexit", Asm.Int).Rejection?.Id);
    }

    [Fact]
    public void TellsWhatLedToARefusal()
    {
        VerificationRequest request = Asm.Request(Start + Lookup + "r0 = *(u64 *)(r0 + 0)" + End);
        request = request with
        {
            Program = request.Program with { Lines = [new(0, "/src/count.bpf.c", "int count(struct xdp_md *ctx)", 11, 1), new(8, "/src/count.bpf.c", "    return *v;", 14, 2)] },
        };
        VerificationResult result = ProgramVerifier.Verify(request);
        Assert.Equal(
            """
            BPF2033 pointer may be null
              Reason      access of 8 bytes through r0, an address in a value of map 'counts', or null
              At          count.bpf.c:14: return *v;
                          insn 8: (79) r0 = *(u64 *)(r0 +0)
              Causal path count.bpf.c:11: int count(struct xdp_md *ctx)
                            r0 = an address in a value of map 'counts', or null
              Suggestion  test r0 for null before this access

            """, result.Explanation!.ToString());
    }

    [Fact]
    public void RewritesContextAccessesAndCollectsFacts()
    {
        VerifiedProgram program = Verify(Start + Lookup + "r0 = *(u32 *)(r6 + 4)\nr0 = *(u8 *)(r10 - 9)" + End).EnsureAccepted();
        Assert.Equal(24, program.Instructions[1].Offset);
        Assert.Equal(Assembler.Parse("r0 = *(u64 *)(r6 + 8)")[0], program.Instructions[8]);
        Assert.Equal(0, program.Facts[7].MapIndex);
        Assert.Equal(16, program.Functions[0].StackDepth);
        Assert.True(program.Functions[0].ReadsUnwrittenStack);
    }
}
