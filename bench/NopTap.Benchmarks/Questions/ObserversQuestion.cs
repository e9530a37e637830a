// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;
using NopTap.Links;
using NopTap.Maps;
using NopTap.Trampolines;

namespace NopTap.Benchmarks.Questions;

/// <summary>What does an observer add to each hit? Every side has a target of its own, in a loop of one hit a round.</summary>
internal static class ObserversQuestion
{
    internal static IEnumerable<Comparison> Comparisons()
    {
        using var bench = new Workbench();
        yield return OfProbe(bench, "tight.eager", "of an eager probe");
        yield return OfProbe(bench, "tight.lazy", "of a lazy probe");
        yield return OfFunction(bench);
    }

    static Comparison OfProbe(Workbench bench, string build, string what)
    {
        BpfObject costs = bench.Load("costs");
        var seen = new TwoInts();
        return new Comparison($"observers: {what}", "a hit",
        [
            bench.Loop("none", bench.Program(build, "cheap")),
            Program("program that does nothing", "verdict_nothing"),
            Program("program that stores two ints", "verdict_two_ints"),
            Program("program that counts in a map", "verdict_count"),
            Program("program that writes to a ring", "verdict_ring", (BpfRingBuffer)costs.Maps["verdict_events"]),
            Delegate("delegate that does nothing", static (in ProbeEvent _) => { }),
            Delegate("delegate that stores two ints", seen.Take),
        ]);

        Side Program(string name, string observer, BpfRingBuffer? ring = null)
        {
            BpfProgram target = bench.Program(build, "cheap");
            return bench.Loop(name, target, ring, target.Probes["verdict"].Attach(costs.Programs[observer], new LinkOptions()));
        }

        Side Delegate(string name, ProbeObserver observer)
        {
            BpfProgram target = bench.Program(build, "cheap");
            return bench.Loop(name, target, link: target.Probes["verdict"].Attach(observer));
        }
    }

    static Comparison OfFunction(Workbench bench)
    {
        BpfObject observers = bench.Load("observers");
        var seen = new TwoInts();
        return new Comparison("observers: of a function", "a call",
        [
            bench.Loop("none", Target()),
            Side("fentry program that does nothing", function => Program(function, "entry_nothing", isExit: false)),
            Side("fentry program that stores two ints", function => Program(function, "entry_two_ints", isExit: false)),
            Side("fentry delegate that stores two ints", function => function.AttachEntry(seen.Take)),
            Side("fexit program that does nothing", function => Program(function, "exit_nothing", isExit: true)),
            Side("fexit program that stores two ints", function => Program(function, "exit_two_ints", isExit: true)),
            Side("fexit delegate that stores two ints", function => function.AttachExit(seen.Take)),
        ]);

        BpfProgram Target() => bench.Program("tight.stub", "cheap");

        Side Side(string name, Func<BpfFunction, BpfLink> attach)
        {
            BpfProgram target = Target();
            return bench.Loop(name, target, link: attach(target.Functions["verdict"]));
        }

        BpfLink Program(BpfFunction function, string observer, bool isExit) =>
            function.Attach(new ProgramObserver(observers.Programs[observer]), null, isExit);
    }

    sealed class TwoInts
    {
        int _first;
        int _second;

        internal void Take(in ProbeEvent e)
        {
            _first = (int)e[0];
            _second = (int)e[1];
        }

        public override string ToString() => $"{_first} {_second}";
    }
}
