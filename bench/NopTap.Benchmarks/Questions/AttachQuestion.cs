// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Benchmarks.Harness;
using NopTap.Links;

namespace NopTap.Benchmarks.Questions;

/// <summary>How long does it take to attach and to detach? By number of sites; the target is loaded and idle.</summary>
internal static class AttachQuestion
{
    internal static IEnumerable<Comparison> Comparisons()
    {
        using var bench = new Workbench();
        BpfProgram target = bench.Program("sites", "sites");
        BpfProgram functions = bench.Program("tight.stub", "cheap");
        BpfProgram observer = bench.Program("costs", "verdict_nothing");
        ProbeObserver nothing = static (in ProbeEvent _) => { };
        (string Name, Func<BpfLink> Attach)[] ways =
        [
            ("program, one site", () => target.Probes["one"].Attach(observer)),
            ("program, ten sites", () => target.Probes["ten"].Attach(observer)),
            ("program, a hundred sites", () => target.Probes["hundred"].Attach(observer)),
            ("program, one lazy site", () => target.Probes["lazy"].Attach(observer)),
            ("delegate, one site", () => target.Probes["one"].Attach(nothing)),
            ("delegate, a hundred sites", () => target.Probes["hundred"].Attach(nothing)),
            ("delegate, entry of a function", () => functions.Functions["verdict"].AttachEntry(nothing)),
            ("delegate, exit of a function", () => functions.Functions["verdict"].AttachExit(nothing)),
        ];
        yield return new Comparison("attach: attaching", "a link",
        [
            .. ways.Select(way => Side.Timed(way.Name, calls => TimeAttach(way.Attach, calls))),
            Side.Timed("program, one site, for the first time", calls => TimeFirstAttach(bench, target.Probes["one"], calls)),
        ]);
        yield return new Comparison("attach: detaching", "a link", [.. ways.Select(way => Side.Timed(way.Name, calls => TimeDetach(way.Attach, calls)))]);
    }

    static long TimeAttach(Func<BpfLink> attach, int calls)
    {
        long ticks = 0;
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using BpfLink link = attach();
            ticks += Stopwatch.GetTimestamp() - start;
        }

        return ticks;
    }

    // A program is verified and compiled when it is attached first.
    static long TimeFirstAttach(Workbench bench, BpfProbe probe, int calls)
    {
        long ticks = 0;
        for (int i = 0; i < calls; i++)
        {
            using BpfObject costs = bench.Load("costs");
            long start = Stopwatch.GetTimestamp();
            probe.Attach(costs.Programs["verdict_two_ints"]).Dispose();
            ticks += Stopwatch.GetTimestamp() - start;
        }

        return ticks;
    }

    static long TimeDetach(Func<BpfLink> attach, int calls)
    {
        long ticks = 0;
        for (int i = 0; i < calls; i++)
        {
            BpfLink link = attach();
            long start = Stopwatch.GetTimestamp();
            link.Dispose();
            ticks += Stopwatch.GetTimestamp() - start;
        }

        return ticks;
    }
}
