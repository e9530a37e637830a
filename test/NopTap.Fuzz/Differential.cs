// SPDX-License-Identifier: Apache-2.0

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
    /// <param name="kernelAccepted">Whether the kernel ran it.</param>
    /// <returns>null when all agree; else who differs from the interpreter, and where.</returns>
    public static string? Compare(GeneratedProgram program, bool withKernel, out bool kernelAccepted)
    {
        VerifiedProgram verified = UnverifiedProgram.TrustUnverified(program.Code, $"seed-{program.Seed}");
        EngineRun want = Engine.Interpreter.Run(verified, program.Memory.AsSpan());
        kernelAccepted = false;
        foreach (Engine engine in Engine.All)
        {
            if (engine != Engine.Interpreter && Describe(engine.Name, want, engine.Run(verified, program.Memory.AsSpan())) is { } difference)
                return difference;
        }

        if (!withKernel || KernelEngine.Run(program.Code.AsSpan(), program.Memory.AsSpan()).Run is not { } kernel)
            return null;
        kernelAccepted = true;
        return Describe("kernel", want, kernel);
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
