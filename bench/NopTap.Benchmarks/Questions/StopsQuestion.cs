// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;

namespace NopTap.Benchmarks.Questions;

/// <summary>What does it cost that any run can be stopped? Programs that do nothing but what is counted, with the code for it and without.</summary>
internal static class StopsQuestion
{
    static readonly (string Name, string Program)[] s_programs =
    [
        ("a round of bpf_loop", "loop"),
        ("a round of bpf_loop within bpf_loop", "loops"),
        ("an element of bpf_for_each_map_elem", "elements"),
        ("a number of an iterator", "numbers"),
        ("a call of a global function", "calls"),
        ("a round of a loop in a global function", "loop_in_function"),
    ];

    internal static IEnumerable<Comparison> Comparisons()
    {
        using var with = new Workbench();
        using var without = new Workbench(BpfEngine.Auto, omitsRounds: true);
        foreach ((string name, string program) in s_programs)
        {
            yield return new Comparison($"stops: {name}", "a round",
            [
                without.Loop("cannot be stopped", without.Program("stops", program)),
                with.Loop("can be stopped", with.Program("stops", program)),
            ]);
        }
    }
}
