// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;

namespace NopTap.Benchmarks.Questions;

/// <summary>What does a probe cost while nobody looks? One source built without probes, with idle ones, and with calls of empty functions.</summary>
internal static class ProbesQuestion
{
    internal static IEnumerable<Comparison> Comparisons() => Of(BpfEngine.Auto, "probes");

    internal static IEnumerable<Comparison> Of(BpfEngine engine, string question)
    {
        using var bench = new Workbench(engine);
        yield return Firewall(bench, question);
        yield return Tight(bench, question, "cheap", "tight loop with one idle probe, arguments at hand");
        yield return Tight(bench, question, "dear", "tight loop with one idle probe, argument read from the clock");
        yield return Tight(bench, question, "dense", "tight loop with ten idle probes", probes: 10);
    }

    // The second copy of the first side shows what differences mean nothing.
    static Comparison Firewall(Workbench bench, string question)
    {
        byte[] packet = bench.PassingPacket();
        return new Comparison($"{question}: firewall, four idle probes in the packet's way", "a packet",
        [
            Side("no probes", "firewall.noprobes"),
            Side("no probes, second copy", "firewall.noprobes"),
            Side("eager and lazy as written", "firewall"),
            Side("all eager", "firewall.eager"),
            Side("all lazy", "firewall.lazy"),
            Side("calls of empty functions", "firewall.stub"),
        ]);

        Side Side(string name, string build) => bench.OnPacket(name, bench.Program(build, "firewall"), packet);
    }

    static Comparison Tight(Workbench bench, string question, string program, string what, int probes = 1)
    {
        return new Comparison($"{question}: {what}", probes == 1 ? "a round" : "a probe, its share of the round included",
        [
            Side("no probe", "tight.noprobes"),
            Side("no probe, second copy", "tight.noprobes"),
            Side("eager", "tight.eager"),
            Side("lazy", "tight.lazy"),
            Side("call of an empty function", "tight.stub"),
        ]);

        Side Side(string name, string build) => bench.Loop(name, bench.Program(build, program), operations: probes);
    }
}
