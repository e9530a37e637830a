// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Engines;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Fuzz;

/// <summary>Runs a program on every engine and compares what they leave behind.</summary>
public static class Differential
{
    static readonly FrozenDictionary<int, HelperSignature> s_signatures = HelperCatalog.All.ToFrozenDictionary(helper => helper.Id);

    /// <summary>Runs on all engines and, when asked, in the kernel.</summary>
    /// <param name="program">The program.</param>
    /// <param name="withKernel">Whether the kernel is asked as well.</param>
    public static Comparison Compare(GeneratedProgram program, bool withKernel)
    {
        VerifiedProgram trusted = UnverifiedProgram.TrustUnverified(program.Code, $"seed-{program.Seed}");
        EngineRun want = Engine.Interpreter.Run(trusted, program.Memory.AsSpan());
        // The compiler gets the program twice: with facts that assume the least, and with those that the verifier found.
        VerificationResult verdict = ProgramVerifier.Verify(new VerificationRequest
        {
            Program = trusted.Spec,
            Helpers = s_signatures,
            Context = ContextLayout.Plain("memory", program.Memory.Length, isWritable: true),
        });
        string? difference = CompareEngines(program, trusted, want, "");
        if (difference is null && verdict.Program is not null)
            difference = CompareEngines(program, verdict.Program, want, " with the verifier's facts");
        EngineRun? kernel = difference is null && withKernel ? KernelEngine.Run(program.Code.AsSpan(), program.Memory.AsSpan()).Run : null;
        if (kernel is not null)
            difference = Describe("the kernel", want, kernel);
        return new Comparison(difference, verdict.Rejection, kernel is not null);
    }

    static string? CompareEngines(GeneratedProgram program, VerifiedProgram verified, EngineRun want, string facts)
    {
        foreach (Engine engine in Engine.All)
        {
            bool isReference = engine == Engine.Interpreter;
            if (!isReference && Describe(engine.Name + facts, want, engine.Run(verified, program.Memory.AsSpan())) is { } difference)
                return difference;
        }

        return null;
    }

    static string? Describe(string name, EngineRun want, EngineRun have)
    {
        if (have.Result != want.Result)
            return $"{name} returned 0x{have.Result:x}, the interpreter 0x{want.Result:x}";
        int at = have.Memory.AsSpan().CommonPrefixLength(want.Memory);
        return at == want.Memory.Length
            ? null
            : $"{name} left 0x{have.Memory[at]:x2} at byte {at} of the memory, the interpreter 0x{want.Memory[at]:x2}";
    }
}
