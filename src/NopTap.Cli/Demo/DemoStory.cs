// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.Text;
using NopTap.Cli.Captures;
using NopTap.Cli.Running;
using NopTap.Cli.Values;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;

namespace NopTap.Cli.Demo;

/// <summary>Loads the firewall, looks at its code, attaches, looks again, detaches, looks again; notes what it sees.</summary>
sealed class DemoStory : IDisposable
{
    const string Eager = "verdict";
    const string Lazy = "rate";
    const int EagerEvents = 4;
    const int LazyEvents = 2;
    const int TimedPasses = 300;
    const int WarmPasses = 30;

    readonly Capture _capture = Capture.Parse(Resources.Bytes("traffic.pcap"), "traffic.pcap");
    readonly BpfRuntime _runtime;
    readonly BpfObject _object;
    readonly BpfProgram _program;
    readonly TimeSpan _loadTime;
    readonly List<DemoClaim> _claims = [];

    /// <summary>Loads the firewall.</summary>
    /// <exception cref="BpfException">The compiler cannot run here.</exception>
    public DemoStory()
    {
        BpfObjectSpec spec = BpfObjectSpec.Load(Resources.Bytes("firewall.bpf.o"), "firewall.bpf.o");
        _runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Compiler });
        // The first load mostly measures .NET compiling this library.
        _runtime.Load(spec).Dispose();
        long start = Stopwatch.GetTimestamp();
        _object = _runtime.Load(spec);
        _loadTime = Stopwatch.GetElapsedTime(start);
        _program = _object.Programs["firewall"];
    }

    /// <summary>Goes through the story once.</summary>
    public DemoFindings Tell()
    {
        BpfProbe eager = _program.Probes[Eager];
        BpfProbe lazy = _program.Probes[Lazy];
        ProbeSiteSpec eagerSite = eager.Spec.Sites[0];
        int armingOffset = ArmingOffset(lazy);
        int siteOffset = eager.Sites[0].MachineOffset;

        var site = new SiteView[3];
        var arming = new SiteView[3];
        var verdicts = new string[3];
        void Look(int moment)
        {
            site[moment] = SiteView.Read(_program, siteOffset, before: 2, after: 2);
            arming[moment] = SiteView.Read(_program, armingOffset, before: 0, after: 0);
        }

        byte[] idleCode = _program.ReadCode();
        Look(0);
        verdicts[0] = RunOnce();
        var events = new List<DemoEvent>();
        (string, ulong, ulong)[] hits = Observe(eager, lazy, events, () => Look(1), out verdicts[1]);
        Look(2);
        verdicts[2] = RunOnce();

        CheckStates("the site of 'verdict'", site, SiteState.Call);
        CheckStates("the arming instruction of 'rate'", arming, SiteState.Jump);
        Check("detaching leaves no byte changed", idleCode.AsSpan().SequenceEqual(_program.ReadCode()), "the code differs from what it was");
        Check("verdicts are the same before, during and after", verdicts.Distinct().Count() == 1, string.Join(" / ", verdicts));
        Check("each packet hits 'verdict' once", hits[0].Item2 == (ulong)_capture.Packets.Length, $"{hits[0].Item2} hits, {_capture.Packets.Length} packets");
        Check("observed packets hit 'rate'", hits[1].Item2 != 0, "no hit");
        Check("no hit is missed", hits[0].Item3 + hits[1].Item3 == 0, $"{hits[0].Item3 + hits[1].Item3} missed");
        (double idle, double observed) = Time(eager);
        return new DemoFindings
        {
            Program = _program.Name,
            Instructions = _program.Spec.Instructions.Length,
            CodeBytes = _program.CompiledCode!.Bytes.Length,
            LoadTime = _loadTime,
            Probes = _program.Spec.Probes,
            Packets = _capture.Packets.Length,
            Line = _program.Spec.LineAt(eagerSite.Instruction),
            Shown = eager.Spec.ToString(),
            Site = site,
            Lazy = lazy.Spec.ToString(),
            Arming = arming,
            Events = events,
            Hits = hits,
            Verdicts = verdicts,
            IdleNanoseconds = idle,
            ObservedNanoseconds = observed,
            Claims = _claims,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _runtime.Dispose();

    string RunOnce()
    {
        using var traffic = new TrafficRun(_program, _capture.Packets);
        traffic.RunOnce(CancellationToken.None);
        return traffic.Describe();
    }

    // Detaches before it returns.
    (string Probe, ulong Hits, ulong Misses)[] Observe(BpfProbe eager, BpfProbe lazy, List<DemoEvent> events, Action look, out string verdicts)
    {
        using var traffic = new TrafficRun(_program, _capture.Packets) { TracksPackets = true };
        using SdtLink first = AttachPrinter(eager, traffic, events, EagerEvents);
        using SdtLink second = AttachPrinter(lazy, traffic, events, LazyEvents);
        look();
        traffic.RunOnce(CancellationToken.None);
        verdicts = traffic.Describe();
        return [(eager.Name, first.Hits, first.Misses), (lazy.Name, second.Hits, second.Misses)];
    }

    SdtLink AttachPrinter(BpfProbe probe, TrafficRun traffic, List<DemoEvent> events, int wanted)
    {
        var formatter = new EventFormatter(probe, _object.Spec.Btf);
        var text = new StringBuilder();
        return probe.Attach((in ProbeEvent hit) =>
        {
            if (wanted-- <= 0)
                return;
            formatter.Append(text.Clear(), hit);
            events.Add(new DemoEvent(traffic.Packet, text.ToString()));
        });
    }

    // Idle and observed in turns, so that a busy machine disturbs both alike; the best turn of each counts.
    (double Idle, double Observed) Time(BpfProbe probe)
    {
        const int Turns = 5;
        double idle = double.MaxValue;
        double observed = double.MaxValue;
        ulong hits = 0;
        Passes(WarmPasses);
        for (int turn = 0; turn < Turns; turn++)
        {
            idle = Math.Min(idle, Passes(TimedPasses / Turns));
            using SdtLink link = probe.Attach((in ProbeEvent _) => hits++);
            observed = Math.Min(observed, Passes(TimedPasses / Turns));
        }

        return (idle, observed);
    }

    double Passes(int count)
    {
        using var traffic = new TrafficRun(_program, _capture.Packets);
        for (int pass = 0; pass < count; pass++)
            traffic.RunOnce(CancellationToken.None);
        return traffic.NanosecondsPerRun;
    }

    int ArmingOffset(BpfProbe lazy)
    {
        int instruction = lazy.Spec.Sites[0].Instruction;
        int index = Enumerable.Range(0, _program.Verified.Sites.Length).First(i => _program.Verified.Sites[i].Site.Instruction == instruction);
        return _program.CompiledCode!.Sites[index].ArmingOffset;
    }

    void CheckStates(string what, SiteView[] moments, SiteState during)
    {
        bool isIdle = moments[0].State == SiteState.Nop && moments[2].State == SiteState.Nop && moments[0].Site.Bytes.AsSpan().SequenceEqual(SitePatch.Nop);
        Check(
            string.Create(CultureInfo.InvariantCulture, $"{what} is a 5-byte NOP, while observed a {during}, afterwards a NOP again"),
            isIdle && moments[1].State == during,
            string.Join(", ", moments.Select(moment => moment.State)));
    }

    void Check(string claim, bool holds, string seen) => _claims.Add(new DemoClaim(claim, holds, holds ? "so it is" : seen));
}
