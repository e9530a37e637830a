// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>Iterators and dynptrs: what the kernel takes is taken, what it refuses is refused, with a reason of ours.</summary>
public sealed class StackObjectTests(ITestOutputHelper output)
{
    const string End = "\nr0 = 0\nexit";
    const string New = "r1 = r10\nr1 += -8\nr2 = 0\nr3 = 10\ncall iter_num_new\n";
    const string Next = "r1 = r10\nr1 += -8\ncall iter_num_next\n";
    const string Destroy = "r1 = r10\nr1 += -8\ncall iter_num_destroy\n";
    const string Xdp = "r6 = r1\nr2 = 0\nr3 = r10\nr3 += -16\ncall dynptr_from_xdp\n";
    const string Value = "*(u32 *)(r10 - 20) = 0\nr1 = map[idx:0]\nr2 = r10\nr2 += -20\ncall map_lookup_elem\nif r0 == 0 goto out\n";
    const string FromMem = Value + "r7 = r0\nr1 = r0\nr2 = 16\nr3 = 0\nr4 = r10\nr4 += -16\ncall dynptr_from_mem\n";
    const string Reserve = "r1 = map[idx:2]\nr2 = 16\nr3 = 0\nr4 = r10\nr4 += -16\ncall ringbuf_reserve_dynptr\n";
    const string Submit = "r1 = r10\nr1 += -16\nr2 = 0\ncall ringbuf_submit_dynptr\n";
    const string Slice = "r1 = r10\nr1 += -16\nr2 = 0\nr3 = 0\nr4 = 14\ncall dynptr_slice\n";
    const string Data = "r1 = r10\nr1 += -16\nr2 = 0\nr3 = 8\ncall dynptr_data\n";
    const string Out = "\nout:\nr0 = 0\nexit";

    public static TheoryData<string, string?> Programs => new()
    {
        // Iterators.
        { New + Destroy + End, null },
        { New + "again:\n" + Next + "if r0 == 0 goto done\nr2 = *(s32 *)(r0 + 0)\ngoto again\ndone:\n" + Destroy + End, null },
        { New + "r6 = 0\nagain:\n" + Next + "if r0 == 0 goto done\nr2 = *(u32 *)(r0 + 0)\nr6 += r2\ngoto again\ndone:\n" + Destroy + "r0 = r6\nexit", null },
        { New + "again:\n" + Next + "if r0 == 0 goto done\nr2 = *(u32 *)(r0 + 0)\nif r2 > 15 goto done\nr1 = map[idx:5][0]\nr1 += r2\n*(u8 *)(r1 + 0) = 1\ngoto again\ndone:\n" + Destroy + End, null },
        { New + "r6 = 0\nagain:\n" + Next + "if r0 == 0 goto done\nr1 = map[idx:5][0]\nr1 += r6\n*(u8 *)(r1 + 0) = 1\nr6 += 1\nif r6 < 32 goto again\ndone:\n" + Destroy + End, null },
        { New + "r6 = 0\nagain:\n" + Next + "if r0 == 0 goto done\nr1 = map[idx:5][0]\nr1 += r6\n*(u8 *)(r1 + 0) = 1\nr6 += 1\ngoto again\ndone:\n" + Destroy + End, VerifierDiagnostics.OutOfBounds.Id },
        { New + Next + "*(u32 *)(r0 + 0) = 1\n" + Destroy + End, VerifierDiagnostics.NotDereferenceable.Id },
        { New + Next + "if r0 == 0 goto done\n*(u32 *)(r0 + 0) = 1\ndone:\n" + Destroy + End, VerifierDiagnostics.ReadOnlyMemory.Id },
        { New + Next + "if r0 == 0 goto done\nr2 = *(u64 *)(r0 + 0)\ndone:\n" + Destroy + End, VerifierDiagnostics.OutOfBounds.Id },
        { New + Next + "if r0 == 0 goto done\nr7 = r0\n" + Destroy + "r2 = *(u32 *)(r7 + 0)\nr0 = 0\nexit\ndone:\n" + Destroy + End, VerifierDiagnostics.NotDereferenceable.Id },
        { New + Next + "if r0 == 0 goto done\nr1 = r0\nr2 = 0\ncall ringbuf_submit\ndone:\n" + Destroy + End, VerifierDiagnostics.HelperArgument.Id },
        { New + End, VerifierDiagnostics.ReferenceLeak.Id },
        { Next + End, VerifierDiagnostics.ObjectState.Id },
        { Destroy + End, VerifierDiagnostics.ObjectState.Id },
        { New + New + Destroy + End, VerifierDiagnostics.ObjectState.Id },
        { New + Destroy + Destroy + End, VerifierDiagnostics.ObjectState.Id },
        { New + Destroy + New + Destroy + End, null },
        { New + "*(u64 *)(r10 - 8) = 0\n" + Destroy + End, VerifierDiagnostics.ObjectState.Id },
        { New + "*(u8 *)(r10 - 3) = 0" + End, VerifierDiagnostics.ReferenceLeak.Id },
        { New + "r6 = *(u32 *)(r10 - 8)\n" + Destroy + End, VerifierDiagnostics.ObjectBytes.Id },
        { "r1 = r10\nr1 += -4\nr2 = 0\nr3 = 10\ncall iter_num_new" + End, VerifierDiagnostics.HelperArgument.Id },
        { "r1 = map[idx:5][0]\nr2 = 0\nr3 = 10\ncall iter_num_new" + End, VerifierDiagnostics.HelperArgument.Id },
        { "r1 = r10\nr1 += -8\nr2 = r10\nr3 = 10\ncall iter_num_new\n" + Destroy + End, VerifierDiagnostics.HelperArgument.Id },
        { New + "r1 = r10\nr1 += -8\nr2 = 8\ncall trace_printk\n" + Destroy + End, VerifierDiagnostics.ObjectBytes.Id },

        // A loop in a loop.
        {
            New + "again:\n" + Next + "if r0 == 0 goto done\nr1 = r10\nr1 += -16\nr2 = 0\nr3 = 5\ncall iter_num_new\ninner:\nr1 = r10\nr1 += -16\ncall iter_num_next\nif r0 == 0 goto over\n"
            + "goto inner\nover:\nr1 = r10\nr1 += -16\ncall iter_num_destroy\ngoto again\ndone:\n" + Destroy + End, null
        },

        // The iterator is the caller's.
        { New + "r1 = r10\nr1 += -8\ncall fn_count\n" + Destroy + End + "\nfn_count:\nr6 = r1\nmore:\nr1 = r6\ncall iter_num_next\nif r0 != 0 goto more\nr0 = 0\nexit", null },

        // Dynptrs of packets.
        { Xdp + Slice + "if r0 == 0 goto out\nr1 = *(u16 *)(r0 + 12)" + Out, null },
        { Xdp + Slice + "r1 = *(u16 *)(r0 + 12)" + Out, VerifierDiagnostics.MayBeNull.Id },
        { Xdp + Slice + "if r0 == 0 goto out\nr1 = *(u16 *)(r0 + 13)" + Out, VerifierDiagnostics.OutOfBounds.Id },
        { Xdp + Slice + "if r0 == 0 goto out\n*(u16 *)(r0 + 12) = 1" + Out, VerifierDiagnostics.ReadOnlyMemory.Id },
        { Xdp + "r1 = r10\nr1 += -16\nr2 = 0\nr3 = 0\nr4 = 14\ncall dynptr_slice_rdwr\nif r0 == 0 goto out\n*(u16 *)(r0 + 12) = 1" + Out, null },
        { Xdp + Slice + "if r0 == 0 goto out\nr7 = r0\nr1 = r6\nr2 = 0\ncall xdp_adjust_head\nr1 = *(u8 *)(r7 + 0)" + Out, VerifierDiagnostics.NotDereferenceable.Id },
        { Xdp + Slice + "if r0 == 0 goto out\nr7 = r0\n*(u64 *)(r10 - 8) = 0\nr1 = *(u8 *)(r7 + 0)" + Out, null },
        { Xdp + "*(u64 *)(r10 - 8) = 0\n" + Slice + Out, VerifierDiagnostics.ObjectState.Id },
        { Slice + Out, VerifierDiagnostics.ObjectState.Id },
        { Xdp + "r1 = r10\nr1 += -16\nr2 = 0\nr3 = r10\nr3 += -40\nr4 = 14\ncall dynptr_slice\nif r0 == 0 goto out\nr1 = *(u8 *)(r0 + 3)" + Out, null },
        { Xdp + "r1 = r10\nr1 += -16\nr2 = 0\nr3 = r10\nr3 += -32\nr4 = 20\ncall dynptr_slice" + Out, VerifierDiagnostics.ObjectBytes.Id },
        { Xdp + "r1 = r10\nr1 += -24\nr2 = 0\nr3 = 0\nr4 = 14\ncall dynptr_slice" + Out, VerifierDiagnostics.ObjectState.Id },
        { Xdp + "r1 = *(u64 *)(r10 - 16)" + Out, VerifierDiagnostics.ObjectBytes.Id },
        { Xdp + Xdp.Replace("r6 = r1", "r1 = r6", StringComparison.Ordinal) + Slice + Out, null },
        { Xdp + "r1 = r10\nr1 += -16\ncall dynptr_size\nr1 = r10\nr1 += -16\ncall dynptr_is_null\nr1 = r10\nr1 += -16\ncall dynptr_is_rdonly\nr1 = r10\nr1 += -16\nr2 = 4\nr3 = 8\ncall dynptr_adjust" + Out, null },
        { Xdp + "r1 = r10\nr1 += -16\nr2 = r10\nr2 += -32\ncall dynptr_clone\nr1 = r10\nr1 += -32\ncall dynptr_size" + Out, null },
        { Xdp + "r1 = r10\nr1 += -40\nr2 = 8\nr3 = r10\nr3 += -16\nr4 = 2\nr5 = 0\ncall dynptr_read\nr1 = *(u64 *)(r10 - 40)" + Out, null },
        { Xdp + "*(u64 *)(r10 - 40) = 1\nr1 = r10\nr1 += -16\nr2 = 2\nr3 = r10\nr3 += -40\nr4 = 8\nr5 = 0\ncall dynptr_write" + Out, null },
        { Xdp + "r1 = r10\nr1 += -12\nr2 = 8\nr3 = r10\nr3 += -16\nr4 = 2\nr5 = 0\ncall dynptr_read" + Out, VerifierDiagnostics.ObjectState.Id },

        // Of map values.
        { FromMem + Data + "if r0 == 0 goto out\n*(u64 *)(r0 + 0) = 1" + Out, null },
        { FromMem + Data + "if r0 == 0 goto out\n*(u64 *)(r0 + 8) = 1" + Out, VerifierDiagnostics.OutOfBounds.Id },
        { Value + "r1 = r10\nr1 += -40\nr2 = 16\nr3 = 0\nr4 = r10\nr4 += -16\ncall dynptr_from_mem" + Out, VerifierDiagnostics.HelperArgument.Id },
        { Value + "r1 = r0\nr2 = 17\nr3 = 0\nr4 = r10\nr4 += -16\ncall dynptr_from_mem" + Out, VerifierDiagnostics.OutOfBounds.Id },
        { FromMem + Submit + Out, VerifierDiagnostics.ObjectState.Id },

        // Of reservations.
        { Reserve + Submit + Out, null },
        { Reserve + Out, VerifierDiagnostics.ReferenceLeak.Id },
        { Reserve + "*(u64 *)(r10 - 8) = 0\n" + Submit + Out, VerifierDiagnostics.ObjectBytes.Id },
        { Reserve + Submit + Submit + Out, VerifierDiagnostics.ObjectState.Id },
        { Reserve + Data + "if r0 == 0 goto done\n*(u64 *)(r0 + 0) = 1\ndone:\n" + Submit + Out, null },
        { Reserve + Data + "r7 = r0\n" + Submit + "if r7 == 0 goto out\n*(u64 *)(r7 + 0) = 1" + Out, VerifierDiagnostics.NotDereferenceable.Id },
        { Reserve + Data + "if r0 == 0 goto done\nr1 = r0\nr2 = 0\ncall ringbuf_submit\ngoto out\ndone:\n" + Submit + Out, VerifierDiagnostics.HelperArgument.Id },
        { Reserve + "r1 = r10\nr1 += -16\nr2 = r10\nr2 += -32\ncall dynptr_clone\n" + Submit + "r1 = r10\nr1 += -32\ncall dynptr_size" + Out, VerifierDiagnostics.ObjectState.Id },
        { Reserve + "r1 = r10\nr1 += -16\ncall fn_size\n" + Submit + Out + "\nfn_size:\ncall dynptr_size\nexit", null },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void AreJudgedAsTheKernelJudgesThem(string text, string? refusal)
    {
        VerificationRequest request = Asm.Request(text);
        VerificationResult ours = ProgramVerifier.Verify(request);
        output.WriteLine(ours.Explanation?.ToString() ?? ours.Rejection?.ToString() ?? "accepted");
        Assert.Equal(refusal, ours.Rejection?.Id);
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip("refused as expected here; not compared: " + unavailable);
        using var oracle = new KernelOracle(Asm.Maps);
        KernelVerdict kernel = oracle.Load(request.Program, log: true);
        output.WriteLine(kernel.Reason);
        Assert.Equal(refusal is null, kernel.IsAccepted);
    }
}
