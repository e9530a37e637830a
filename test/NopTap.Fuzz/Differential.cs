// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Engines;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Fuzz;

/// <summary>Runs a program on every engine and compares what they leave behind.</summary>
public static class Differential
{
    /// <summary>Runs on all engines and, when asked, in the kernel.</summary>
    /// <param name="program">The program.</param>
    /// <param name="withKernel">Whether the kernel is asked as well.</param>
    public static Comparison Compare(GeneratedProgram program, bool withKernel)
    {
        VerifiedProgram trusted = UnverifiedProgram.TrustUnverified(program.Code, $"seed-{program.Seed}");
        EngineRun want = Engine.Interpreter.Run(trusted, program.Memory.AsSpan());
        // The compiler gets the program twice: with facts that assume the least, and with those that the verifier found.
        string? difference = CompareEngines(program, trusted, want);
        Diagnostic? rejection = null;
        if (difference is null)
            difference = CompareProved(program, want, out rejection);
        EngineRun? kernel = difference is null && withKernel ? KernelEngine.Run(program.Code.AsSpan(), program.Memory.AsSpan()).Run : null;
        if (kernel is not null)
            difference = Describe("the kernel", want, kernel);
        return new Comparison(difference, rejection, kernel is not null);
    }

    static string? CompareEngines(GeneratedProgram program, VerifiedProgram trusted, EngineRun want)
    {
        foreach (Engine engine in Engine.All)
        {
            bool isReference = engine == Engine.Interpreter;
            if (!isReference && Describe(engine.Name, want, engine.Run(trusted, program.Memory.AsSpan())) is { } difference)
                return difference;
        }

        return null;
    }

    static string? CompareProved(GeneratedProgram program, EngineRun want, out Diagnostic? rejection)
    {
        rejection = null;
        BpfObjectSpec spec = ProvedRun.ObjectOf(program);
        foreach (BpfRuntime runtime in ProvedRun.Runtimes)
        {
            try
            {
                using BpfObject loaded = runtime.Load(spec);
                if (Describe($"the {runtime.Engine} with the verifier's facts", want, ProvedRun.Run(loaded, program.Memory.Length)) is { } difference)
                    return difference;
            }
            catch (VerificationException refused)
            {
                rejection = refused.Diagnostic;
                return null;
            }
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
