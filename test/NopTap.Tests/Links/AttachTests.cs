// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Threads;
using NopTap.Trampolines;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Links;

public sealed class AttachTests
{
    // Adds r2 to r1 with the probe in the middle; every register is used behind the site.
    const string Adder = """
        r6 = r1
        r7 = r2
        r3 = 3
        r4 = 4
        r5 = 5
        r0 = 100
        site: goto +0
        r0 += r1
        r0 += r2
        r0 += r3
        r0 += r4
        r0 += r5
        r0 += r6
        r0 += r7
        exit
        """;

    static ProbeSpec Sum => Probe("sum", [Int("a"), Int("b")], At("site", Register.R6, Register.R2));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.36")]
    public void CountsExactlyTheHitsBetweenAttachAndDetach(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        ulong want = target.Run(10, 20);
        Assert.Equal(100ul + 10 + 20 + 3 + 4 + 5 + 10 + 20, want);
        int events = 0;
        int sum = 0;
        SdtLink link = target["sum"].Attach((in ProbeEvent e) =>
        {
            events++;
            sum += e.GetInt32("a") * e.GetInt32("b");
        });
        for (int i = 0; i < 5; i++)
            Assert.Equal(want, target.Run(10, 20));
        Assert.Equal((5, 1000), (events, sum));
        Assert.Equal(5ul, link.Hits);
        link.Dispose();
        Assert.Equal(want, target.Run(10, 20));
        Assert.Equal(5, events);
        Assert.Equal((5ul, 0ul), (link.Hits, link.Misses));
        Assert.False(link.IsAttached);
    }

    [Fact]
    public void TurnsTheNopIntoACallAndBack()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(Adder, Sum);
        byte[] idle = target.Bytes;
        Assert.Equal(SitePatch.Nop.ToArray(), target.SiteBytes("sum"));
        using (target["sum"].Attach((in ProbeEvent e) => { }))
            Assert.Equal(0xe8, target.SiteBytes("sum")[0]);
        Assert.Equal(idle, target.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.1")]
    public void AProbeWithoutArgumentsFires(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load("site: goto +0\nr0 = 7\nexit", Probe("bare", [], At("site")));
        int count = -1;
        using (target["bare"].Attach((in ProbeEvent e) => count = e.Count))
            Assert.Equal(7ul, target.Run());
        Assert.Equal(0, count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.2")]
    public void ReadsFiveArgumentsAtTheirDeclaredWidths(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(
            "site: goto +0\nr0 = 0\nexit",
            Probe(
                "widths",
                [UInt("a", 1), UInt("b", 2), UInt("c", 4), Long("d"), Int("e")],
                At("site", Register.R1, Register.R2, Register.R3, Register.R4, Register.R5)));
        long[] seen = [];
        byte narrow = 0;
        using (target["widths"].Attach((in ProbeEvent e) =>
        {
            seen = [e[0], e["b"], e[2], e.GetInt64("d"), e.GetInt32("e")];
            narrow = e.Get<byte>("a");
        }))
        {
            target.Run(0xffff_ffff_ffff_ff81, 0xaaaa_aaaa_aaaa_8002, 0xbbbb_bbbb_8000_0003, 0x8000_0000_0000_0004, 0xcccc_cccc_ffff_fffb);
        }

        Assert.Equal([0x81, 0x8002, 0x80000003, long.MinValue + 4, -5], seen);
        Assert.Equal(0x81, narrow);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.26")]
    public void ReadsArgumentsThatShareARegisterOrAreInR0OrKeptRegistersOrConstant(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        ProbeSiteSpec site = At("site", Register.R0, Register.R9, Register.R9, Register.R10) with { };
        site = site with { Arguments = site.Arguments.Add(new ProbeArgumentSpec(default, true, -42)) };
        TracedProgram target = world.Load(
            "r0 = 11\nr9 = 99\nsite: goto +0\nr0 += r9\nexit",
            Probe("mixed", [Long("a"), Long("b"), Long("c"), Long("d"), Long("e")], site));
        long[] seen = [];
        using (target["mixed"].Attach((in ProbeEvent e) => seen = [e[0], e[1], e[2], e[4]]))
            Assert.Equal(110ul, target.Run());
        Assert.Equal([11, 99, 99, -42], seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.39")]
    public void RunsTheLastAttachedFirstAndKeepsTheOrderOfTheRest(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        var order = new List<ulong>();
        SdtLink[] links = [.. Enumerable.Range(1, 5).Select(n =>
        {
            int unique = n;
            return target["sum"].Attach((in ProbeEvent e) => order.Add(e.Cookie + (ulong)(unique - unique)), (ulong)n);
        })];
        target.Run(1, 2);
        Assert.Equal([5ul, 4, 3, 2, 1], order);
        order.Clear();
        links[2].Dispose();
        target.Run(1, 2);
        Assert.Equal([5ul, 4, 2, 1], order);
        order.Clear();
        links[0].Dispose();
        links[4].Dispose();
        target.Run(1, 2);
        Assert.Equal([4ul, 2], order);
        links[1].Dispose();
        links[3].Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.37")]
    public void RefusesTheSameObserverTwiceAndLeavesTheFirstAlone(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        int events = 0;
        ProbeObserver observer = (in ProbeEvent e) => events++;
        using SdtLink link = target["sum"].Attach(observer);
        var refusal = Assert.Throws<BpfOperationException>(() => target["sum"].Attach(observer));
        Assert.Equal(RuntimeDiagnostics.AlreadyAttached.Id, refusal.Diagnostic.Id);
        Assert.Equal(Errno.EBUSY, refusal.Errno);
        target.Run(1, 2);
        Assert.Equal(1, events);
        Assert.Equal(1, world.Links.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.38")]
    public void HoldsThirtyEightObserversAndRefusesOneMore(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        int events = 0;
        SdtLink Attach(int n) => target["sum"].Attach((in ProbeEvent e) => events += n / n);
        SdtLink[] links = [.. Enumerable.Range(1, 38).Select(Attach)];
        var refusal = Assert.Throws<BpfOperationException>(() => Attach(39));
        Assert.Equal(RuntimeDiagnostics.TooManyObservers.Id, refusal.Diagnostic.Id);
        Assert.Equal(Errno.E2BIG, refusal.Errno);
        ulong want = 100ul + 1 + 2 + 3 + 4 + 5 + 1 + 2;
        Assert.Equal(want, target.Run(1, 2));
        Assert.Equal(38, events);
        links[17].Dispose();
        links[17] = Attach(40);
        Assert.Equal(want, target.Run(1, 2));
        Assert.Equal(76, events);
        foreach (SdtLink link in links)
            link.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.40")]
    public void AttachesAgainAfterDetachManyTimes(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        TracedProgram observer = world.LoadObserver("r1 = *(u64 *)(r1 + 0)\ncall 1000\nr0 = 0\nexit");
        Records.Clear();
        for (ulong i = 0; i < 200; i++)
        {
            using (target["sum"].Attach(observer, new LinkOptions { Cookie = i }))
                target.Run(i, 1);
            target.Run(0, 0);
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(i => ((ulong)i, (ulong)i)), Records.Select(r => (r.R1, r.Cookie)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.10")]
    public void OneLinkCoversAllSitesOfAProbe(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(
            "if r1 == 1 goto second\nfirst: goto +0\nr0 = 1\nexit\nsecond: goto +0\nr0 = 2\nexit",
            Probe("both", [Long("a")], At("first", Register.R1), At("second", Register.R1)));
        var sites = new List<(int Site, long A)>();
        using SdtLink link = target["both"].Attach((in ProbeEvent e) => sites.Add((e.Site, e[0])));
        Assert.Equal(1ul, target.Run(0));
        Assert.Equal(2ul, target.Run(1));
        Assert.Equal([(0, 0), (1, 1)], sites);
        Assert.Equal(2ul, link.Hits);
        Assert.Equal(2, link.Probes.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.54")]
    public void SkipsAndCountsAnObserverThatHitsItself(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        int inner = 0;
        using SdtLink other = target["sum"].Attach((in ProbeEvent e) => inner++);
        using SdtLink link = target["sum"].Attach((in ProbeEvent e) => target.Run(1, 2));
        Assert.Equal(100ul + 3 + 4 + 3 + 4 + 5 + 3 + 4, target.Run(3, 4));
        Assert.Equal((1ul, 1ul), (link.Hits, link.Misses));

        // The other observer runs in the nested run too.
        Assert.Equal(2, inner);
        Assert.Equal((2ul, 0ul), (other.Hits, other.Misses));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.61")]
    public void ATargetGoesOnWhenItsObserverThrows(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        using SdtLink link = target["sum"].Attach((in ProbeEvent e) => throw new InvalidOperationException("observer"));
        Assert.Equal(100ul + 1 + 2 + 3 + 4 + 5 + 1 + 2, target.Run(1, 2));
        Assert.Equal((1ul, 1ul), (link.Hits, link.Faults));
        Assert.Equal("observer", link.LastFault?.Message);
        Assert.Equal(1ul, link.Info.Faults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TellsWhichArgumentsThereAre(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        using SdtLink link = target["sum"].Attach((in ProbeEvent e) =>
        {
            Assert.Equal("sum", e.Probe);
            if (e.Site != 0 || e.IsExit)
                throw new InvalidOperationException();
            _ = e["nobody"];
        });
        target.Run(1, 2);
        var fault = Assert.IsType<ArgumentException>(link.LastFault);
        Assert.Contains("sum(int a, int b) has no parameter 'nobody'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ALazyProbeEvaluatesItsArgumentsOnlyWhileObserved(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(
            """
            r6 = r1
            site_arming: if r10 == 0 goto site_armed
            back: r0 = r6
            exit
            site_armed: r1 = r6
            call 1001
            r2 = r6
            r2 *= 2
            site: goto +0
            goto back
            """,
            Probe("lazy", [Long("twice")], Lazily("site", Register.R2)));
        int evaluated = 0;
        OnCallback = () => evaluated++;
        Assert.Equal(5ul, target.Run(5));
        Assert.Equal(0, evaluated);
        byte[] idle = isCompiled ? target.Bytes : [];
        long seen = 0;
        using (target["lazy"].Attach((in ProbeEvent e) => seen = e[0]))
        {
            using (target["lazy"].Attach((in ProbeEvent e) => seen++))
                Assert.Equal(5ul, target.Run(5));
            Assert.Equal((1, 10), (evaluated, seen));
            Assert.Equal(6ul, target.Run(6));
            Assert.Equal((2, 12), (evaluated, seen));
        }

        Assert.Equal(5ul, target.Run(5));
        Assert.Equal(2, evaluated);
        if (isCompiled)
            Assert.Equal(idle, target.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.43")]
    public void EntryAndExitObserversWorkBesideProbes(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(
            """
            r6 = r1
            call double
            r0 += r6
            exit
            double: r0 = r1
            site: goto +0
            r0 += r1
            exit
            """,
            Probe("inside", [Long("x")], At("site", Register.R1)));
        var log = new List<string>();
        BpfFunction function = target.Functions[1];
        using TracingLink exit = function.AttachExit((in ProbeEvent e) => log.Add($"exit {e[0]} {e.ReturnValue}"));
        using TracingLink entry = function.AttachEntry((in ProbeEvent e) => log.Add($"entry {e[0]}"));
        using SdtLink inside = target["inside"].Attach((in ProbeEvent e) => log.Add($"inside {e[0]}"));
        Assert.Equal(21ul, target.Run(7));
        Assert.Equal(["entry 7", "inside 7", "exit 7 14"], log);
        log.Clear();
        using (target.Functions[0].AttachExit((in ProbeEvent e) => log.Add($"main {e.ReturnValue}")))
        using (function.AttachExit((in ProbeEvent e) => log.Add("exit first")))
            Assert.Equal(21ul, target.Run(7));
        Assert.Equal(["entry 7", "inside 7", "exit first", "exit 7 14", "main 21"], log);
        log.Clear();
        exit.Dispose();
        Assert.Equal(21ul, target.Run(7));
        Assert.Equal(["entry 7", "inside 7"], log);
        Assert.Equal((3ul, 2ul, 3ul), (entry.Hits, exit.Hits, inside.Hits));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ProgramsObserveEntryAndExit(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load("r0 = r1\nr0 *= r2\nexit");
        TracedProgram entry = world.LoadObserver(
            "r2 = *(u64 *)(r1 + 8)\nr1 = *(u64 *)(r1 + 0)\ncall 1000\nr0 = 0\nexit", AttachType.TraceFentry);
        TracedProgram exit = world.LoadObserver(
            "r2 = *(u64 *)(r1 + 40)\nr1 = *(u64 *)(r1 + 0)\ncall 1000\nr0 = 0\nexit", AttachType.TraceFexit);
        Records.Clear();
        BpfFunction main = target.Functions[0];
        using (main.Attach(new ProgramObserver(entry), new LinkOptions { Cookie = 1 }, isExit: false))
        using (main.Attach(new ProgramObserver(exit), new LinkOptions { Cookie = 2 }, isExit: true))
            Assert.Equal(42ul, target.Run(6, 7));
        Assert.Equal([(6ul, 7ul, 1ul), (6ul, 42ul, 2ul)], Records);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.53")]
    public void ASiteInALoopFiresEachTime(bool isCompiled)
    {
        int times = isCompiled ? 1_000_000 : 10_000;
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(
            "r0 = 0\nloop: r0 += 1\nsite: goto +0\nif r0 < r1 goto loop\nexit", Probe("loop", [Long("i")], At("site", Register.R0)));
        TracedProgram observer = world.LoadObserver("r0 = 0\nexit");
        using SdtLink link = target["loop"].Attach(observer, new LinkOptions());
        Assert.Equal((ulong)times, target.Run((ulong)times));
        Assert.Equal((ulong)times, link.Hits);
    }

    [Fact]
    [Trait("Spec", "G.52")]
    public void SitesMayStandAnywhere()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(
            """
            first: goto +0
            second: goto +0
            if r1 == 0 goto third
            r0 = 1
            goto last
            third: goto +0
            r0 = 2
            last: goto +0
            exit
            """,
            Probe("first", [], At("first")),
            Probe("second", [], At("second")),
            Probe("third", [], At("third")),
            Probe("last", [Long("r0")], At("last", Register.R0)));
        string log = "";
        using (target["first"].Attach((in ProbeEvent e) => log += "1"))
        using (target["second"].Attach((in ProbeEvent e) => log += "2"))
        using (target["third"].Attach((in ProbeEvent e) => log += "3"))
        using (target["last"].Attach((in ProbeEvent e) => log += $"r{e[0]}"))
        {
            Assert.Equal(2ul, target.Run(0));
            Assert.Equal(1ul, target.Run(1));
        }

        Assert.Equal("123r212r1", log);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADelegateMayDisposeItsOwnLinkAndRunPrograms(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        SdtLink? link = null;
        link = target["sum"].Attach((in ProbeEvent e) => link!.Dispose());
        ulong want = target.Run(1, 2);
        Assert.Equal(want, target.Run(1, 2));
        Assert.False(link.IsAttached);
        Assert.True(Epochs.Synchronize());
        Assert.Equal(1ul, link.Hits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.65")]
    public void DisposingTheTargetOrTheObserverDetaches(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        TracedProgram observer = world.LoadObserver("r0 = 0\nexit");
        SdtLink first = target["sum"].Attach(observer, new LinkOptions());
        observer.Dispose();
        Assert.False(first.IsAttached);
        SdtLink second = target["sum"].Attach((in ProbeEvent e) => { });
        target.Dispose();
        Assert.False(second.IsAttached);
        var gone = Assert.Throws<BpfOperationException>(() => target["sum"].Attach((in ProbeEvent e) => { }));
        Assert.Equal(RuntimeDiagnostics.ProgramGone.Id, gone.Diagnostic.Id);
        Assert.Equal(0, world.Links.Count);
    }
}
