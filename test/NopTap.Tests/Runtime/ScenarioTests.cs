// SPDX-License-Identifier: Apache-2.0

using NopTap.Links;
using NopTap.Maps;

namespace NopTap.Tests.Runtime;

/// <summary>The three scenarios that the series was shown with: read arguments, two programs, subprogram with ctx.</summary>
public sealed class ScenarioTests
{
    const ulong Seed = 0x1122334455667788;

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.2")]
    [Trait("Spec", "G.6")]
    public void ObserversReadEveryArgumentExactly(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.LoadCorpus("sdt_args");
        using BpfObject observers = runtime.LoadCorpus("sdt_args_observers");
        ulong x = Seed + (uint)Loaded.Packet.Length;
        Assert.Equal(0u, target.Programs["args"].Run(Loaded.Packet).ReturnValue);
        var links = new List<BpfLink>();
        foreach (string probe in (string[])["none", "one", "two", "three", "four", "five"])
            links.Add(target.Probe(probe).Attach(observers.Programs["observe_" + probe], new LinkOptions()));
        Assert.Equal(0, observers.Global("none_hits"));
        Assert.Equal(0u, target.Programs["args"].Run(Loaded.Packet).ReturnValue);

        Assert.Equal(1, observers.Global("none_hits"));
        Assert.Equal((long)x, observers.Global("one_value"));
        Assert.Equal(((int)x, -7), (observers.Global("two_number"), observers.Global("two_colour")));
        Assert.Equal([(sbyte)x, (short)(x >> 8), -5], Values(observers, "three_values", 3));
        Assert.Equal([(byte)x, (ushort)x, (uint)x, (long)x], Values(observers, "four_values", 4));
        Assert.Equal(1, observers.Global("five_length"));
        Assert.Equal("local\0\0\0", string.Concat(Values(observers, "five_text", 8).Select(c => (char)c)));
        Assert.Equal(['x', (long)(x & 1), -(long)x], Values(observers, "five_values", 3));
        Assert.All(links, link => Assert.Equal((1ul, 0ul), (link.Hits, link.Misses)));

        links.ForEach(link => link.Dispose());
        target.Programs["args"].Run(Loaded.Packet);
        Assert.Equal(1, observers.Global("none_hits"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.6")]
    public void DelegatesReadTheSameArguments(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.LoadCorpus("sdt_args");
        var seen = new Dictionary<string, long[]>();
        foreach (BpfProbe probe in target.Programs["args"].Probes.Where(probe => probe.IsAttachable))
            probe.Attach((in ProbeEvent e) => seen[e.Probe] = Arguments(e));
        target.Programs["args"].Run(Loaded.Packet);
        ulong x = Seed + (uint)Loaded.Packet.Length;
        Assert.Equal(["five", "four", "none", "one", "three", "two"], seen.Keys.Order());
        Assert.Empty(seen["none"]);
        Assert.Equal([(long)x], seen["one"]);
        Assert.Equal([(int)x, -7], seen["two"]);
        Assert.Equal([(sbyte)x, (short)(x >> 8), -5], seen["three"]);
        Assert.Equal([(byte)x, (ushort)x, (uint)x, (long)x], seen["four"]);
        Assert.Equal(['x', (long)(x & 1), -(long)x], seen["five"][2..]);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.59")]
    public void TwoProgramsHaveSitesOfTheirOwn(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.LoadCorpus("sdt_two_programs");
        using BpfObject observers = runtime.LoadCorpus("sdt_two_programs_observers");
        BpfProgram first = target.Programs["first"];
        BpfProgram second = target.Programs["second"];
        using SdtLink ofFirst = first.Probes["first_only"].Attach(observers.Programs["observe_first"], new LinkOptions());
        using SdtLink ofSecond = second.Probes["second_only"].Attach(observers.Programs["observe_second"], new LinkOptions());
        SdtLink shared = first.Probes["shared"].Attach(observers.Programs["observe_shared"], new LinkOptions());
        using SdtLink inlined = second.Probes["inlined"].Attach(observers.Programs["observe_inlined"], new LinkOptions());

        uint want = first.Run(Loaded.Packet).ReturnValue;
        Assert.Equal((1, 0, 64), (observers.Global("first_hits"), observers.Global("second_hits"), observers.Global("first_len")));
        second.Run(Loaded.Packet.AsSpan(0, 60));
        second.Run(Loaded.Packet.AsSpan(0, 61));
        Assert.Equal((1, 2, 61), (observers.Global("first_hits"), observers.Global("second_hits"), observers.Global("second_len")));

        // Both call the subprogram; only the copy of the first is observed.
        Assert.Equal([0, 1, 0], Values(observers, "shared_hits", 3));
        Assert.Equal(64, observers.Global("shared_value"));
        Assert.Equal([0, 0, 2], Values(observers, "inlined_hits", 3));

        // The same observer fits the other copy, which has a trampoline of its own.
        using (second.Probes["shared"].Attach(observers.Programs["observe_shared"], new LinkOptions()))
            second.Run(Loaded.Packet);
        Assert.Equal([0, 1, 1], Values(observers, "shared_hits", 3));
        Assert.Equal(65, observers.Global("shared_value"));
        shared.Dispose();
        Assert.Equal(want, first.Run(Loaded.Packet).ReturnValue);
        Assert.Equal([0, 1, 1], Values(observers, "shared_hits", 3));
        Assert.Equal(2, observers.Global("first_hits"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.23")]
    [Trait("Spec", "G.60")]
    public void AnObserverInASubprogramUsesTheContextItIsGiven(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.LoadCorpus("sdt_subprog_ctx");
        using BpfObject observers = runtime.LoadCorpus("sdt_subprog_ctx_observers");
        var links = new List<BpfLink>
        {
            target.Probe("in_static").Attach(observers.Programs["observe_static"], new LinkOptions()),
            target.Probe("in_global").Attach(observers.Programs["observe_global"], new LinkOptions()),
            target.Probe("lazy").Attach(observers.Programs["observe_lazy"], new LinkOptions()),
        };
        foreach (int length in (int[])[14, 60, 64, 65, 1500])
        {
            RunResult result = target.Programs["subprog_ctx"].Run(new byte[length]);
            Assert.Equal(length > 64 ? 2u : 1u, result.ReturnValue);
            Assert.Equal(
                (length, length, length),
                (observers.Global("static_length"), observers.Global("global_length"), observers.Global("lazy_length")));
            Assert.Equal(1, observers.Global("static_queue"));
            Assert.InRange(observers.Global("lazy_time"), 1, long.MaxValue);
            Assert.InRange(observers.Global("lazy_cpu"), 0, BpfMap.PossibleProcessors - 1);
        }

        Assert.All(links, link => Assert.Equal(5ul, link.Hits));
    }

    static long[] Values(BpfObject loaded, string name, int count) =>
        [.. Enumerable.Range(0, count).Select(index => loaded.Global(name, index))];

    static long[] Arguments(in ProbeEvent e)
    {
        long[] values = new long[e.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = e[i];
        return values;
    }
}
