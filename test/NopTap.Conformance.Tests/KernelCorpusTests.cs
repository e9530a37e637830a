// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Cases;
using NopTap.TestKit.Kernel;

namespace NopTap.Conformance.Tests;

/// <summary>The project's own cases for every instruction in the running kernel: the oracle for what the cases themselves claim.</summary>
public sealed class KernelCorpusTests
{
    [Fact]
    public void TheKernelLeavesWhatTheCasesSay()
    {
        if (KernelEngine.Unavailable is { } reason)
            Assert.Skip(reason);
        int run = 0;
        var wrong = new List<string>();
        var refused = new List<string>();
        foreach (TestCase test in Corpus.Load("isa", "asm", "mem", "post", "result"))
        {
            KernelRun outcome = KernelEngine.Run(test.Program.AsSpan(), test.Memory, explain: true);
            if (outcome.Run is null)
                refused.Add($"{test.Name}: {outcome.Log}");
            else if (outcome.Run.Result != test.Result || (test.MemoryAfter is { } after && !after.AsSpan().SequenceEqual(outcome.Run.Memory)))
                wrong.Add($"{test.Name}: want 0x{test.Result:x}, have 0x{outcome.Run.Result:x}, memory {Convert.ToHexString(outcome.Run.Memory)}");
            else
                run++;
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        // Cases show some of what no verifier takes (callx, division by a constant 0); were it more, the wrapper around them would be broken.
        Assert.True(run > 10 * refused.Count, $"the kernel ran {run} cases and refused {refused.Count}:\n{string.Join("\n\n", refused)}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{run} run, {refused.Count} refused");
    }
}
