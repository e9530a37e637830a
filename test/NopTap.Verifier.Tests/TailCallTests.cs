// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>A tail call inside a function ends that function alone: its caller goes on with whatever the next program returns.</summary>
public sealed class TailCallTests
{
    const string Value = "r6 = r1\nr1 = map[idx:1]\n*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\ncall map_lookup_elem\n";
    const string Function = "\nr0 = 0\nexit\nfn_a:\nr2 = map[idx:3]\nr3 = 0\ncall tail_call\nr0 = 0\nexit";

    [Theory]
    [InlineData("r0 &= 7", null)]
    [InlineData("r0 &= -1", "BPF2032")]
    public void TheResultIsWhateverTheNextProgramReturns(string bound, string? want) =>
        Check(Value + $"if r0 == 0 goto +6\nr7 = r0\nr1 = r6\ncall fn_a\n{bound}\nr7 += r0\nr0 = *(u8 *)(r7 + 0)" + Function, want);

    [Fact]
    public void PacketAddressesAreForgottenOnTheWayBackToo() =>
        Check("r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nif r4 > r3 goto +4\nr6 = r2\ncall fn_a\nif r0 == 0 goto +1\nr0 = *(u8 *)(r6 + 0)" + Function, VerifierDiagnostics.NotDereferenceable.Id);

    [Fact]
    public void ACallbackEndsInNone() => Check(
        "*(u64 *)(r10 - 8) = r1\nr1 = 4\nr2 = subprog[fn_cb]\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop\nr0 = 0\nexit\nfn_cb:\nr1 = *(u64 *)(r2 + 0)\nr2 = map[idx:3]\nr3 = 0\ncall tail_call\nr0 = 0\nexit",
        VerifierDiagnostics.CallbackReturn.Id);

    static void Check(string text, string? want)
    {
        VerificationRequest request = Asm.Request(text);
        Assert.Equal(want, ProgramVerifier.Verify(request).Rejection?.Id);
        if (KernelOracle.Unavailable is not null)
            return;
        using var oracle = new KernelOracle(Asm.Maps);
        KernelVerdict verdict = oracle.Load(request.Program, log: true);
        Assert.True(verdict.IsAccepted == want is null, $"the kernel says errno {verdict.Errno}: {verdict.Reason}");
    }
}
