// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Links;
using NopTap.Tests.Threads;
using NopTap.Threads;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Links;

/// <summary>Attaching and detaching beside running programs. The long version is the stress program.</summary>
[Collection("threads")]
public sealed class AttachRaceTests
{
    const string Target = """
        r6 = r1
        r2 = r1
        r2 *= 7
        site: goto +0
        r0 = r6
        r0 += r2
        exit
        """;

    static NopTap.Formats.ProbeSpec Pair => Probe("pair", [Long("x"), Long("y")], At("site", Register.R6, Register.R2));

    [Fact]
    [Trait("Spec", "G.41")]
    public void ThreadsMayAttachAndDetachAtOneSite()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(Target, Pair);
        ThreadBlocksTests.Run(4, thread =>
        {
            for (int i = 0; i < 300; i++)
            {
                // The run happens while its own link is attached, so at least this hit is counted.
                ulong own = 0;
                using SdtLink link = target["pair"].Attach((in ProbeEvent e) => own += thread == 99 ? 0ul : 1ul);
                Assert.Equal(80ul, target.Run(10));
                Assert.True(link.Hits >= 1);
            }
        });
        Assert.Equal(0, world.Links.Count);
        Assert.Equal(0, world.Trampolines.Count);
        Assert.Equal(NopTap.Jit.SitePatch.Nop.ToArray(), target.SiteBytes("pair"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.57")]
    public void EveryEventIsWholeWhileObserversComeAndGo(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled, 8 << 20);
        TracedProgram target = world.Load(Target, Pair);
        using var stop = new CancellationTokenSource();
        long wrong = 0;
        long events = 0;
        Thread[] runners = [.. Enumerable.Range(0, 2).Select(n => new Thread(() =>
        {
            ulong x = (ulong)n;
            while (!stop.IsCancellationRequested)
            {
                x += 3;
                if (target.Run(x) != x * 8)
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread runner in runners)
            runner.Start();
        TracedProgram observer = world.LoadObserver("r2 = *(u64 *)(r1 + 8)\nr1 = *(u64 *)(r1 + 0)\nr1 *= 7\nif r1 == r2 goto +1\ncall 1001\nr0 = 0\nexit");
        for (int i = 0; i < 300; i++)
        {
            bool isGone = false;
            SdtLink counted = target["pair"].Attach((in ProbeEvent e) =>
            {
                Interlocked.Increment(ref events);
                if (e["y"] != e["x"] * 7 || Volatile.Read(ref isGone))
                    Interlocked.Increment(ref wrong);
            });
            using SdtLink program = target["pair"].Attach(observer, new LinkOptions());
            Thread.SpinWait(200);
            counted.Dispose();

            // From here on the delegate is not running anywhere.
            Volatile.Write(ref isGone, true);
        }

        stop.Cancel();
        foreach (Thread runner in runners)
            runner.Join();
        Assert.Equal(0, wrong);
        Assert.True(events >= 0);
    }

    [Fact]
    [Trait("Spec", "G.56")]
    public void DisposeWaitsForAnObserverThatRuns()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(Target, Pair);
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        bool hasLeft = false;
        SdtLink link = target["pair"].Attach((in ProbeEvent e) =>
        {
            inside.Set();
            leave.Wait();
            Volatile.Write(ref hasLeft, true);
        });
        var runner = new Thread(() => target.Run(1));
        runner.Start();
        inside.Wait(TestContext.Current.CancellationToken);
        bool hadLeft = false;
        var disposer = new Thread(() =>
        {
            link.Dispose();
            hadLeft = Volatile.Read(ref hasLeft);
        });
        disposer.Start();
        Assert.False(disposer.Join(30));

        // New hits pass by already.
        Assert.False(link.IsAttached);
        leave.Set();
        disposer.Join();
        runner.Join();
        Assert.True(hadLeft);
        Assert.True(Epochs.Synchronize());
    }

    [Fact]
    [Trait("Spec", "G.72")]
    public void LinksMayBeListedWhileTheyComeAndGo()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(Target, Pair);
        using var stop = new CancellationTokenSource();
        var lister = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (BpfLink link in world.Links.All())
                    Assert.Equal("pair", link.Info.Probe);
            }
        });
        lister.Start();
        ThreadBlocksTests.Run(2, thread =>
        {
            for (int i = 0; i < 200; i++)
                target["pair"].Attach((in ProbeEvent e) => _ = thread).Dispose();
        });
        stop.Cancel();
        lister.Join();
        Assert.Equal(0, world.Links.Count);
    }
}
