// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;
using NopTap.Links;
using NopTap.Maps;

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
            Program("program that writes to a ring", "verdict_ring", new RingUse((BpfRingBuffer)costs.Maps["verdict_events"], RecordSize: 8)),
            Printer("printer: time, cookie and arguments to a ring"),
            Delegate("delegate that does nothing", static (in ProbeEvent _) => { }),
            Delegate("delegate that stores two ints", seen.Take),
        ]);

        Side Program(string name, string observer, RingUse? ring = null)
        {
            BpfProgram target = bench.Program(build, "cheap");
            return bench.Loop(name, target, ring, target.Probes["verdict"].Attach(costs.Programs[observer]));
        }

        Side Printer(string name)
        {
            BpfProgram target = bench.Program(build, "cheap");
            var ring = (BpfRingBuffer)bench.Load("costs").Maps["verdict_events"];
            return bench.Loop(name, target, new RingUse(ring, RecordSize: 32), target.Probes["verdict"].AttachPrinter(ring));
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
            Side("fentry program that does nothing", function => Entry(function, "entry_nothing")),
            Side("fentry program that stores two ints", function => Entry(function, "entry_two_ints")),
            Side("fentry delegate that stores two ints", function => function.AttachEntry(seen.Take)),
            Side("fexit program that does nothing", function => Exit(function, "exit_nothing")),
            Side("fexit program that stores two ints", function => Exit(function, "exit_two_ints")),
            Side("fexit delegate that stores two ints", function => function.AttachExit(seen.Take)),
        ]);

        BpfProgram Target() => bench.Program("tight.stub", "cheap");

        Side Side(string name, Func<BpfFunction, BpfLink> attach)
        {
            BpfProgram target = Target();
            return bench.Loop(name, target, link: attach(target.Functions["verdict"]));
        }

        BpfLink Entry(BpfFunction function, string observer) => function.AttachEntry(observers.Programs[observer]);

        BpfLink Exit(BpfFunction function, string observer) => function.AttachExit(observers.Programs[observer]);
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
