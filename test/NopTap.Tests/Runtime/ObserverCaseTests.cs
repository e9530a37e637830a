// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Verifier;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Runtime;

/// <summary>Cases of SPEC G about observers, life time and what is shown, on a whole runtime.</summary>
public sealed class ObserverCaseTests
{
    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    public static TheoryData<BpfEngine, string> Orders
    {
        get
        {
            var orders = new TheoryData<BpfEngine, string>();
            foreach (string order in (string[])["TOL", "TLO", "OTL", "OLT", "LTO", "LOT"])
            {
                orders.Add(BpfEngine.Compiler, order);
                orders.Add(BpfEngine.Interpreter, order);
            }

            return orders;
        }
    }

    static BpfObjectSpec Target => Written.Xdp("r6 = 7\nsite: goto +0\nr0 = 2\nexit", Probe("p", [Long("a")], At("site", Register.R6)));

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.29")]
    public void WhatIsNoLivingObserverOrTargetIsRefused(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.Load(Target);
        BpfProbe probe = target.Probe("p");

        // A program of a wrong kind: the target itself.
        Assert.Equal(RuntimeDiagnostics.NotAnObserver.Id, Refusal(() => probe.Attach(target.Programs[0], new LinkOptions())).Id);

        // A closed one.
        BpfObject gone = runtime.Load(Written.Observer("r0 = 0\nexit"));
        gone.Dispose();
        Assert.Equal(RuntimeDiagnostics.ProgramGone.Id, Refusal(() => probe.Attach(gone.Programs[0], new LinkOptions())).Id);

        // An observer that was never attached has no sites yet.
        using BpfObject idle = runtime.Load(Written.Observer("r0 = 0\nexit"));
        Assert.False(idle.Programs[0].IsBound);
        Assert.Equal(RuntimeDiagnostics.ProgramNotBound.Id, Refusal(() => idle.Programs[0].ReadCode()).Id);
        Assert.Throws<ArgumentNullException>(() => probe.Attach((ProbeObserver)null!));
        target.Dispose();
        Assert.Equal(RuntimeDiagnostics.ProgramGone.Id, Refusal(() => probe.Attach(idle.Programs[0], new LinkOptions())).Id);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.30")]
    public void AnObserverThatReadsBehindTheLastArgumentIsRefused(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.Load(Target);
        foreach (string read in (string[])["r0 = *(u64 *)(r1 + 8)", "r0 = *(u64 *)(r1 + 4)", "r0 = *(u64 *)(r1 - 8)", "*(u64 *)(r1 + 0) = 1"])
        {
            using BpfObject observer = runtime.Load(Written.Observer(read + "\nr0 = 0\nexit"));
            Assert.Throws<VerificationException>(() => target.Probe("p").Attach(observer.Programs[0], new LinkOptions()));
            Assert.False(observer.Programs[0].IsBound);
        }

        target.Programs[0].Run(Loaded.Packet);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.32")]
    public void WhatAnObserverReturnsDoesNotReachItsTarget(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.Load(Target);
        for (int value = 0; value < 3; value++)
        {
            using BpfObject observer = runtime.Load(Written.Observer($"r0 = {value}\nexit"));
            if (value == 0)
            {
                using SdtLink link = target.Probe("p").Attach(observer.Programs[0], new LinkOptions());
                Assert.Equal(2u, target.Programs[0].Run(Loaded.Packet).ReturnValue);
                Assert.Equal(1ul, link.Hits);
                continue;
            }

            // As in the kernel.
            Diagnostic refusal = Refusal(() => target.Probe("p").Attach(observer.Programs[0], new LinkOptions()));
            Assert.Equal(VerifierDiagnostics.ReturnRange.Id, refusal.Id);
        }
    }

    // In user space nothing is atomic: sleepable observers are like others.
    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.33")]
    [Trait("Spec", "G.35")]
    public void ASleepableObserverAttachesAndAProprietaryOneWithoutHelpersForTheGpl(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.Load(Target);
        const string Reads = "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall probe_read_kernel\nr0 = 0\nexit";
        using BpfObject free = runtime.Load(Written.Observer(Reads, isSleepable: true));
        using BpfObject reading = runtime.Load(Written.Observer(Reads, "Proprietary"));
        using BpfObject counting = runtime.Load(Written.Observer("call ktime_get_ns\nr0 = 0\nexit", "Proprietary"));
        using SdtLink first = target.Probe("p").Attach(free.Programs[0], new LinkOptions());
        using SdtLink second = target.Probe("p").Attach(counting.Programs[0], new LinkOptions());
        Diagnostic refusal = Refusal(() => target.Probe("p").Attach(reading.Programs[0], new LinkOptions()));
        Assert.Equal(VerifierDiagnostics.GplOnly.Id, refusal.Id);
        target.Programs[0].Run(Loaded.Packet);
        Assert.Equal((1ul, 1ul), (first.Hits, second.Hits));
        Assert.True(free.Programs[0].Info.IsGplCompatible);
        Assert.False(counting.Programs[0].Info.IsGplCompatible);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.55")]
    public void TwoThreadsMayBeInsideOneObserver(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.Load(Target);
        using var meeting = new Barrier(2);
        using SdtLink link = target.Probe("p").Attach((in ProbeEvent e) => Assert.True(meeting.SignalAndWait(TimeSpan.FromMinutes(5))));
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() => target.Programs[0].Run(Loaded.Packet)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal((2ul, 0ul, 0ul), (link.Hits, link.Misses, link.Faults));
    }

    // T the target's object, O the observer's, L the link.
    [Theory]
    [MemberData(nameof(Orders))]
    [Trait("Spec", "G.62")]
    public void TheThreePartsMayGoInAnyOrder(BpfEngine engine, string order)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObject target = runtime.LoadCorpus("sdt_args");
        BpfObject observer = runtime.LoadCorpus("sdt_args_observers");
        SdtLink link = target.Probe("one").Attach(observer.Programs["observe_one"], new LinkOptions());
        target.Programs["args"].Run(Loaded.Packet);
        bool isTarget = true;
        foreach (char part in order)
        {
            (part switch { 'T' => target, 'O' => observer, _ => (IDisposable)link }).Dispose();
            Assert.False(link.IsAttached);
            isTarget &= part != 'T';
            if (isTarget)
                Assert.Equal(0u, target.Programs["args"].Run(Loaded.Packet).ReturnValue);
            else
                Assert.Throws<ObjectDisposedException>(() => { target.Programs["args"].Run(Loaded.Packet); });
            Assert.Equal(1ul, link.Hits);
        }

        Loaded.AssertEmpty(runtime);
    }

    // Links have no file descriptor and cannot be pinned: one whose object is forgotten stays until its target goes or the runtime does.
    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.64")]
    public void AForgottenLinkStaysUntilItsTargetGoes(BpfEngine engine)
    {
        BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObject target = runtime.Load(Target);
        int hits = 0;
        AttachAndForget(target, () => hits++);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        target.Programs[0].Run(Loaded.Packet);
        Assert.Equal(1, hits);
        Assert.Equal(1, runtime.Links.Count);
        runtime.Dispose();
        Assert.Equal(0, runtime.Links.Count);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.69")]
    public void RunsAreCountedWhileStatisticsAreOn(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.Load(Target);
        BpfProgram program = target.Programs[0];
        bool toggle = false;
        using SdtLink link = target.Probe("p").Attach((in ProbeEvent e) => runtime.StatisticsEnabled ^= toggle);
        program.Run(Loaded.Packet);
        Assert.Equal((0ul, TimeSpan.Zero), (program.Info.RunCount, program.Info.RunTime));
        runtime.StatisticsEnabled = true;
        program.TestRun(Loaded.Packet, repeat: 1000);
        Assert.Equal(1000ul, program.Info.RunCount);
        TimeSpan time = program.Info.RunTime;
        Assert.True(time > TimeSpan.Zero);

        // Switched off by a hit: that run is not counted; switched on by a hit: it is not either, since its beginning was not seen.
        toggle = true;
        program.Run(Loaded.Packet);
        Assert.False(runtime.StatisticsEnabled);
        program.Run(Loaded.Packet);
        Assert.True(runtime.StatisticsEnabled);
        Assert.InRange(program.Info.RunCount, 1000ul, 1001ul);
        toggle = false;
        runtime.StatisticsEnabled = false;
        program.Run(Loaded.Packet);
        Assert.InRange(program.Info.RunCount, 1000ul, 1001ul);
        Assert.Equal(1004ul, link.Hits);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.70")]
    [Trait("Spec", "G.71")]
    public void AProgramTellsOfItself(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject first = runtime.LoadSample("firewall", "firewall");
        using BpfObject second = runtime.LoadSample("firewall", "firewall");
        using BpfObject other = runtime.LoadSample("firewall", "firewall.noprobes");
        BpfProgramInfo info = first.Programs["firewall"].Info;
        Assert.Equal((ProgramType.Xdp, "firewall", true, 0u), (info.Type, info.Name, info.IsGplCompatible, info.BtfId));
        Assert.Equal(first.Programs["firewall"].Id, info.Id);
        Assert.Matches("^[0-9a-f]{16}$", info.Tag);
        Assert.Equal(first.Maps.Select(map => map.Id), info.MapIds);
        Assert.Equal(first.Spec.Programs[0].Instructions.Length * 8, info.XlatedLength);
        Assert.Equal(engine == BpfEngine.Compiler, info.JitedLength > info.XlatedLength / 8);
        Assert.InRange(info.LoadedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));

        // The tag tells code from code, not instance from instance.
        Assert.Equal(info.Tag, second.Programs["firewall"].Info.Tag);
        Assert.NotEqual(info.Id, second.Programs["firewall"].Info.Id);
        Assert.NotEqual(info.Tag, other.Programs["firewall"].Info.Tag);
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Programs["firewall"].Info);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.54")]
    [Trait("Spec", "G.70")]
    public void MissesOfAnObserverAreInItsInfo(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfProgram? again = null;
        int rerun = runtime.Helpers.Add("rerun", () => again!.Run(Loaded.Packet).ReturnValue);
        using BpfObject target = runtime.Load(Target);
        again = target.Programs[0];
        using BpfObject observer = runtime.Load(Written.Observer($"call {rerun}\nr0 = 0\nexit"));
        using SdtLink link = target.Probe("p").Attach(observer.Programs[0], new LinkOptions());
        Assert.Equal(2u, again.Run(Loaded.Packet).ReturnValue);
        Assert.Equal((1ul, 1ul), (link.Hits, link.Misses));
        Assert.Equal((1ul, 0ul), (observer.Programs[0].Info.RecursionMisses, again.Info.RecursionMisses));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.72")]
    public void ProgramsAndMapsMayBeListedWhileObjectsComeAndGo(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject stays = runtime.LoadCorpus("sdt_two_programs_observers");
        BpfObjectSpec spec = BpfObjectSpec.Load(NopTap.TestKit.Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
        bool isDone = false;
        var loader = new Thread(() =>
        {
            for (int i = 0; i < 60; i++)
            {
                using BpfObject loaded = runtime.Load(spec);
                loaded.Probe("verdict").Attach((in ProbeEvent e) => { });
            }

            Volatile.Write(ref isDone, true);
        });
        loader.Start();
        int listings = 0;
        do
        {
            Assert.All(stays.Programs, program => Assert.Contains(program, runtime.Programs));
            foreach (BpfProgram program in runtime.Programs)
            {
                try
                {
                    Assert.NotEqual(0u, program.Info.Id);
                }
                catch (ObjectDisposedException)
                {
                    Assert.DoesNotContain(program, stays.Programs);
                }
            }

            Assert.All(runtime.Maps, map => Assert.NotEmpty(map.Info.Name));
            listings++;
        }
        while (!Volatile.Read(ref isDone));
        loader.Join();
        Assert.NotEqual(0, listings);
        Assert.Equal(stays.Programs, runtime.Programs);
        Assert.Equal(stays.Maps, runtime.Maps);
    }

    static Diagnostic Refusal(Action action) => Assert.ThrowsAny<BpfException>(action).Diagnostic;

    static void AttachAndForget(BpfObject target, Action onHit) => target.Probe("p").Attach((in ProbeEvent e) => onHit());
}
