// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>Random programs with global functions before both verifiers.</summary>
public sealed class GlobalFunctionFuzzTests(ITestOutputHelper output)
{
    static int Number(string variable, int standard) =>
        Environment.GetEnvironmentVariable(variable) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    [Fact]
    public void GlobalFunctionsGetTheKernelsVerdict()
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        int first = Number("NOPTAP_FUZZ_SEED", 1);
        int count = Number("NOPTAP_FUZZ_COUNT", 1500);
        using var oracle = new KernelOracle(Asm.Maps);
        var wrong = new List<string>();
        (int both, int neither, int stricter) = (0, 0, 0);
        for (int seed = first; seed < first + count; seed++)
        {
            VerificationRequest request = new GlobalFunctionGenerator(seed).Generate();
            VerificationResult ours = ProgramVerifier.Verify(request);
            KernelVerdict kernel = oracle.Load(request.Program, log: false);
            both += ours.IsAccepted && kernel.IsAccepted ? 1 : 0;
            neither += !ours.IsAccepted && !kernel.IsAccepted ? 1 : 0;
            if (ours.IsAccepted == kernel.IsAccepted)
                continue;
            if (kernel.IsAccepted && IsKnown(ours.Rejection!))
                stricter++;
            else
                wrong.Add($"seed {seed}: {ours.Rejection?.ToString() ?? "accepted"}; kernel {kernel.Errno} {oracle.Load(request.Program, log: true).Reason}");
        }

        output.WriteLine($"both accept {both}, both refuse {neither}, refused here by a named difference {stricter}");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(10)));
        Assert.True(both > neither / 10, "the generator makes hardly any acceptable programs");
    }

    // docs/verifier.md, "Deliberate differences".
    static bool IsKnown(Diagnostic rejection) =>
        rejection.Id == VerifierDiagnostics.BadAtomic.Id
        || (rejection.Id == VerifierDiagnostics.GlobalArgument.Id
            && (rejection.Message.Contains("is null; it is declared __arg_nonnull", StringComparison.Ordinal)
                || rejection.Message.Contains("may move the packet", StringComparison.Ordinal) || rejection.Message.Contains("atomic operations", StringComparison.Ordinal)));

    /// <summary>For looking into a find: prints one program with both verdicts.</summary>
    [Fact]
    public void ShowsOneSeed()
    {
        int seed = Number("NOPTAP_SHOW_SEED", 0);
        if (seed == 0 || KernelOracle.Unavailable is not null)
            Assert.Skip("set NOPTAP_SHOW_SEED to a seed");
        VerificationRequest request = new GlobalFunctionGenerator(seed).Generate();
        using var oracle = new KernelOracle(Asm.Maps);
        foreach (Formats.FunctionSpec function in request.Program.Functions)
            output.WriteLine($"{function.Name} {string.Join(", ", function.Prototype?.Parameters.Select(parameter => $"{parameter.Kind} {parameter.Size} {parameter.Tags}") ?? [])}");
        output.WriteLine(InstructionFormatter.FormatAll(request.Program.Instructions.AsSpan()));
        VerificationResult ours = ProgramVerifier.Verify(request);
        output.WriteLine(ours.Explanation?.ToString() ?? ours.Rejection?.ToString() ?? "accepted");
        output.WriteLine(oracle.Load(request.Program, log: true).Log);
    }
}
