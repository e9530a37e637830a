// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity.Suite;

/// <summary>Asks both verifiers about each test, and runs what is accepted on both engines.</summary>
/// <remarks>The interpreter comes first: it checks every access, so that what the compiler runs next harms nothing.</remarks>
sealed class SuiteRunner : IDisposable
{
    const long Rounds = 1L << 22;

    readonly BpfRuntime _interpreter = new(new BpfRuntimeOptions { Engine = BpfEngine.Interpreter, Rounds = Rounds });
    readonly BpfRuntime _compiler = new(new BpfRuntimeOptions { Engine = BpfEngine.Compiler, Rounds = Rounds });

    /// <summary>Takes one test through all of it.</summary>
    /// <param name="test">The test.</param>
    public SuiteResult Take(SuiteCase test)
    {
        OurAnswer ours = test.AskOurs();
        (KernelAnswer kernel, List<uint> results) = test.NotComparable is { } reason
            ? (new KernelAnswer(KernelOutcome.NotReached, reason, 0, [], []), [])
            : test.AskKernel();
        var comparison = new Comparison(test.File, test.Name, test.Type, ours, kernel);
        if (!ours.IsAccepted || test.Runs.Count == 0 || kernel.Outcome != KernelOutcome.Accepted)
            return new SuiteResult(comparison, false, null, 0, []);
        if (test.Type is not (ProgramType.Xdp or ProgramType.SchedCls or ProgramType.SchedAct or ProgramType.SocketFilter or ProgramType.CgroupSkb))
            return new SuiteResult(comparison, true, $"programs of type {test.Type} take no packets", 0, []);
        if (Run(_interpreter, test, out List<uint> slow) is { } obstacle)
            return new SuiteResult(comparison, true, obstacle, 0, obstacle.StartsWith("fault", StringComparison.Ordinal) ? [obstacle] : []);
        if (Run(_compiler, test, out List<uint> quick) is { } refusal)
            return new SuiteResult(comparison, true, refusal, 0, [$"the interpreter ran it, the compiler did not: {refusal}"]);
        return new SuiteResult(comparison, true, null, test.Runs.Count, Compare(test, results, slow, quick));
    }

    /// <summary>Ends both engines.</summary>
    public void Dispose()
    {
        _interpreter.Dispose();
        _compiler.Dispose();
    }

    static List<string> Compare(SuiteCase test, List<uint> kernel, List<uint> slow, List<uint> quick)
    {
        var differences = new List<string>();
        for (int n = 0; n < test.Runs.Count; n++)
        {
            uint? expected = test.Runs[n].Expected;
            bool agrees = expected is null || (slow[n] == expected && quick[n] == expected);
            if (!agrees)
                differences.Add(string.Create(CultureInfo.InvariantCulture,
                    $"run {n}: expected {expected}, kernel {(n < kernel.Count ? kernel[n] : "does not run it")}, interpreter {slow[n]}, compiler {quick[n]}"));
        }

        return differences;
    }

    static string? Run(BpfRuntime runtime, SuiteCase test, out List<uint> results)
    {
        results = [];
        try
        {
            using BpfObject loaded = runtime.Load(test.Spec);
            test.Fill(loaded);
            BpfProgram program = loaded.Programs[test is TaggedCase ? test.Name : "subject"];
            foreach (SuiteRun run in test.Runs)
            {
                RunResult result = program.Run(test.Shown(run.Data));
                if (result.Stop != RunStop.None)
                    return "it runs for too long";
                results.Add(result.ReturnValue);
            }

            return null;
        }
        catch (BpfFaultException fault)
        {
            return $"fault: {fault.Message}";
        }
        catch (BpfException e)
        {
            return e.Diagnostic.Id + " " + e.Diagnostic.Descriptor.Title;
        }
    }
}
