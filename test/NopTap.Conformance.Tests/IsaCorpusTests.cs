// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;
using NopTap.TestKit.Cases;
using NopTap.TestKit.Engines;
using NopTap.Verifier;

namespace NopTap.Conformance.Tests;

/// <summary>The project's own cases for every instruction, on every engine.</summary>
public sealed class IsaCorpusTests
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (Engine engine in Engine.All)
        {
            foreach (TestCase test in Corpus.Load("isa", "asm", "mem", "post", "result"))
                cases.Add(engine.Name, test.Name);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void LeavesResultAndMemoryAsTheCaseSays(string engine, string name)
    {
        TestCase test = Corpus.Find("isa", name);
        VerifiedProgram program = UnverifiedProgram.TrustUnverified(test.Program, name);
        EngineRun run = Engine.Named(engine).Run(program, test.Memory);
        Assert.Equal($"0x{test.Result:x}", $"0x{run.Result:x}");
        if (test.MemoryAfter is { } memory)
            Assert.Equal(memory, run.Memory);
    }
}
