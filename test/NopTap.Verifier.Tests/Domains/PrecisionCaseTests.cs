// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>Programs that are accepted only if a number is known precisely enough, or refused because the kernel does not know it; the kernel is asked too.</summary>
public sealed class PrecisionCaseTests
{
    // r7 is the value of a map, of 16 bytes; r8 and r9 are unknown numbers of 64 bits.
    const string Start = """
        r6 = r1
        *(u32 *)(r10 - 4) = 1
        r2 = r10
        r2 += -4
        r1 = map[idx:0]
        call map_lookup_elem
        r7 = r0
        if r7 == 0 goto end
        r8 = *(u64 *)(r7 + 0)
        r9 = *(u64 *)(r7 + 8)

        """;

    // Reads one byte at a number, which has to be below 16.
    static string Use(string register) => $"r7 += {register}\nr0 = *(u8 *)(r7 + 0)\nend:\nr0 = 0\nexit";

    public static TheoryData<string, bool, string> Programs => new()
    {
        { "a signed range across zero of which the unsigned one leaves the upper half", true, "if r8 s> 15 goto end\nr9 = 0x7fffffff\nr9 <<= 31\nif r8 > r9 goto end\n" + Use("r8") },
        { "the same of low halves", true, "w8 = w8\nif w8 s> 15 goto end\nif r8 > 100 goto end\n" + Use("r8") },
        { "known bits that leave one number of a range", true, "r8 &= 0x1008\nif r8 > 0x1000 goto end\nif r8 == 0 goto end\nr8 -= 8\nif r8 > 15 goto end\n" + Use("r8") },
        { "a bit that is tested leaves one number", true, "r8 &= 8\nif r8 == 0 goto end\nr8 += -1\n" + Use("r8") },
        { "an arithmetic shift that selects a constant", true, "r8 s>>= 63\nr8 &= 9\nif r8 == 9 goto end\n" + Use("r8") },
        { "an arithmetic shift of a half that selects a constant", true, "w8 s>>= 31\nw8 &= 100\nif w8 != 0 goto end\n" + Use("r8") },
        { "all ones or a constant", true, "r8 s>>= 63\nr8 |= 3\nif r8 s< 0 goto end\n" + Use("r8") },
        { "a test of a spilled half bounds what is loaded from it", true, "r8 &= 0xff\n*(u32 *)(r10 - 16) = r8\nr9 = *(u32 *)(r10 - 16)\nif r9 > 15 goto end\nr9 = *(u32 *)(r10 - 16)\n" + Use("r9") },
        { "a test of a number bounds its spilled half", true, "r8 &= 0xff\n*(u32 *)(r10 - 16) = r8\nif r8 > 15 goto end\nr9 = *(u32 *)(r10 - 16)\n" + Use("r9") },
        { "a test of a number says nothing of a part of it", false, "r8 &= 0xffff\n*(u8 *)(r10 - 16) = r8\nif r8 s< 0 goto end\nr9 = *(u8 *)(r10 - 16)\n" + Use("r9") },
        { "a sign that is extended makes another number", false, "r9 = r8\nr9 <<= 56\nr9 s>>= 56\nif r9 > 15 goto end\n" + Use("r8") },
        { "bits that are clear are all that is kept of a test", false, "if r8 > 12 goto end\nif r8 & 2 goto end\nr8 += 3\n" + Use("r8") },
        { "a shift by an amount of which the high half is unknown", false, "w8 = 1\nr9 <<= 32\nw8 <<= w9\n" + Use("r8") },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void KnowsWhatIsNeeded(string why, bool accepted, string text)
    {
        VerificationRequest request = Asm.Request(Start + text);
        VerificationResult result = ProgramVerifier.Verify(request);
        Assert.True(result.IsAccepted == accepted, $"{why}: {result.Rejection}");
        if (KernelOracle.Unavailable is not null)
            return;
        using var oracle = new KernelOracle(Asm.Maps);
        KernelVerdict kernel = oracle.Load(request.Program, log: true);
        Assert.True(kernel.IsAccepted == accepted, $"{why}: the kernel says {kernel.Reason}");
    }
}
