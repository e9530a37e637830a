// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>Random programs before both verifiers: what the kernel refuses is refused here.</summary>
public sealed class KernelFuzzTests(ITestOutputHelper output)
{
    static int Number(string variable, int standard) =>
        Environment.GetEnvironmentVariable(variable) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    [Fact]
    public void AcceptsNothingThatTheKernelRefuses()
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        string? reason;
        var quirks = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int first = Number("NOPTAP_FUZZ_SEED", 1);
        int count = Number("NOPTAP_FUZZ_COUNT", 3000);
        using var oracle = new KernelOracle(Asm.Maps);
        int both = 0;
        int neither = 0;
        var stricter = new SortedDictionary<string, (int Count, int Seed)>();
        var wrong = new List<string>();
        long end = Environment.TickCount64 + (1000 * Number("NOPTAP_FUZZ_SECONDS", 10));
        for (int seed = first; seed < first + count && Environment.TickCount64 < end; seed++)
        {
            long start = Environment.TickCount64;
            VerificationRequest request = new ProgramGenerator(seed).Generate();
            VerificationResult ours = ProgramVerifier.Verify(request);
            long middle = Environment.TickCount64;
            KernelVerdict kernel = oracle.Load(request.Program, log: false);
            if (middle - start > 300)
                output.WriteLine($"slow: seed {seed}: {middle - start} ms here, {Environment.TickCount64 - middle} ms in the kernel, {ours.Statistics}, {ours.Rejection?.Id}");
            if (ours.IsAccepted && kernel.IsAccepted)
            {
                both++;
            }
            else if (!ours.IsAccepted && !kernel.IsAccepted)
            {
                neither++;
            }
            else if (kernel.IsAccepted)
            {
                string id = ours.Rejection!.Id;
                stricter[id] = stricter.TryGetValue(id, out (int Count, int Seed) known) ? (known.Count + 1, known.Seed) : (1, seed);
            }
            else if (Quirk(ours, reason = oracle.Load(request.Program, log: true).Reason) is string quirk)
            {
                quirks[quirk] = quirks.GetValueOrDefault(quirk) + 1;
            }
            else
            {
                wrong.Add($"seed {seed}: errno {kernel.Errno} {reason}");
            }
        }

        output.WriteLine($"both accept {both}, both refuse {neither}, only the kernel accepts {stricter.Values.Sum(value => value.Count)}, only we accept {wrong.Count}");
        foreach ((string id, (int times, int seed)) in stricter)
            output.WriteLine($"stricter {id}: {times} times, first seed {seed}");
        foreach ((string quirk, int times) in quirks)
            output.WriteLine($"quirk: {quirk}: {times} times");
        foreach (string line in wrong.Take(20))
            output.WriteLine("wrong " + line);
        Assert.Empty(wrong);
        Assert.True(both > neither / 20, "the generator makes hardly any acceptable programs");
    }

    // Where the kernel refuses for another reason than safety.
    static string? Quirk(VerificationResult ours, string reason)
    {
        // It wants whole fields of struct xdp_md; half of a number is as safe.
        if (reason.StartsWith("invalid bpf_context access off=", StringComparison.Ordinal))
            return "narrow context load";
        // An offset that no access can use is refused there when it is added, here when it is used.
        if (reason.EndsWith("pointer be out of bounds", StringComparison.Ordinal))
            return "offset refused before its use";
        // Where a comparison cannot hold but is not decided either, it forgets all bounds and goes on into dead code.
        return ours.Statistics.ImpossibleBranches > 0 ? "impossible branch followed" : null;
    }

    /// <summary>For looking into a find: prints one program with both verdicts.</summary>
    [Fact]
    public void ShowsOneSeed()
    {
        int seed = Number("NOPTAP_SHOW_SEED", 0);
        if (seed == 0 || KernelOracle.Unavailable is not null)
            Assert.Skip("set NOPTAP_SHOW_SEED to a seed");
        VerificationRequest request = new ProgramGenerator(seed).Generate();
        using var oracle = new KernelOracle(Asm.Maps);
        output.WriteLine(InstructionFormatter.FormatAll(request.Program.Instructions.AsSpan()));
        VerificationResult ours = ProgramVerifier.Verify(request);
        output.WriteLine(ours.Explanation?.ToString() ?? ours.Rejection?.ToString() ?? "accepted");
        output.WriteLine(oracle.Load(request.Program, log: true).Log);
    }
}
