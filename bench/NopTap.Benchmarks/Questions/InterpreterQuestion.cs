// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;

namespace NopTap.Benchmarks.Questions;

/// <summary>What do probes cost under the interpreter, and how far are the engines apart?</summary>
internal static class InterpreterQuestion
{
    internal static IEnumerable<Comparison> Comparisons()
    {
        foreach (Comparison comparison in ProbesQuestion.Of(BpfEngine.Interpreter, "interpreter"))
            yield return comparison;
        using var compiled = new Workbench();
        using var interpreted = new Workbench(BpfEngine.Interpreter);
        byte[] packet = compiled.PassingPacket();
        yield return new Comparison("interpreter: the firewall on both engines", "a packet",
        [
            compiled.OnPacket("compiled", compiled.Program("firewall", "firewall"), packet),
            interpreted.OnPacket("interpreted", interpreted.Program("firewall", "firewall"), packet),
        ]);
        yield return new Comparison("interpreter: a tight loop on both engines", "a round",
        [
            compiled.Loop("compiled", compiled.Program("tight.noprobes", "cheap")),
            interpreted.Loop("interpreted", interpreted.Program("tight.noprobes", "cheap")),
        ]);
    }
}
