// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Links;

namespace NopTap.Tests.Runtime;

/// <summary>Runs end when their token is cancelled, and no other run does.</summary>
public sealed class CancellationTests
{
    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnotherThreadStopsARunThatWouldNotEnd(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var source = new CancellationTokenSource();
        var canceller = new Thread(() =>
        {
            while (stops.Inner == 0)
                Thread.Yield();
            source.Cancel();
        });
        canceller.Start();
        RunResult result = stops["eternal"].Run(Loaded.Packet, new RunOptions { Rounds = long.MaxValue, CancellationToken = source.Token });
        canceller.Join();
        Assert.Equal(RunStop.Cancellation, result.Stop);
        Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet).Stop);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void WhoGetsANumberAloneGetsTheExceptionOfItsToken(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var source = new CancellationTokenSource();
        using var buffer = new PacketBuffer();
        using SdtLink link = stops["probed"].Probes["step"].Attach((in ProbeEvent _) => source.Cancel());
        var cancelled = Assert.Throws<OperationCanceledException>(() => stops["probed"].Run(buffer, Loaded.Packet, new RunOptions { CancellationToken = source.Token }));
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnObserverOfTheRunStopsIt(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var source = new CancellationTokenSource();
        int hits = 0;
        using SdtLink link = stops["probed"].Probes["step"].Attach((in ProbeEvent _) =>
        {
            if (++hits == 5)
                source.Cancel();
        });
        RunResult result = stops["probed"].Run(Loaded.Packet, new RunOptions { CancellationToken = source.Token });
        Assert.Equal(RunStop.Cancellation, result.Stop);
        // The chunk of rounds that was begun is finished: 1, 2, then 4.
        Assert.Equal((7, 7), (stops.Inner, hits));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void NothingRunsWithATokenThatIsCancelledAlready(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var buffer = new PacketBuffer();
        var options = new RunOptions { CancellationToken = new CancellationToken(canceled: true) };
        Assert.Throws<OperationCanceledException>(() => stops["loop"].Run(Loaded.Packet, options).Stop);
        Assert.Throws<OperationCanceledException>(() => stops["loop"].TestRun(Loaded.Packet, 2, options).Stop);
        Assert.Throws<OperationCanceledException>(() => stops["loop"].Run(buffer, Loaded.Packet, options));
        Assert.Throws<OperationCanceledException>(() => stops["loop"].Run(buffer, Loaded.Packet, options, out _));
        Assert.Throws<OperationCanceledException>(() => stops["loop"].RunBatch([Loaded.Packet], new uint[1], options));
        Assert.Equal(0, stops.Inner);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ACancellationAfterTheRunStopsNoLaterOne(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var source = new CancellationTokenSource();
        Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet, new RunOptions { CancellationToken = source.Token }).Stop);
        source.Cancel();
        Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet).Stop);
        Assert.Equal(10_000, stops.Inner);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ATokenWhoseSourceIsGoneStopsNothing(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        var source = new CancellationTokenSource();
        CancellationToken token = source.Token;
        using SdtLink link = stops["probed"].Probes["step"].Attach((in ProbeEvent _) => source.Dispose());
        Assert.Equal(RunStop.None, stops["probed"].Run(Loaded.Packet, new RunOptions { CancellationToken = token }).Stop);
        Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet, new RunOptions { CancellationToken = token }).Stop);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ACancellationBetweenRepeatedRunsEndsThem(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var source = new CancellationTokenSource();
        int exits = 0;
        using BpfLink link = stops["plain"].Functions["plain"].AttachExit((in ProbeEvent _) =>
        {
            if (++exits == 3)
                source.Cancel();
        });
        Assert.Equal(RunStop.Cancellation, stops["plain"].TestRun(Loaded.Packet, 50, new RunOptions { CancellationToken = source.Token }).Stop);
        Assert.Equal(3, exits);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ANestedRunHasNoMoreRoundsThanTheOuterOne(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var nested = new StopFixture(engine);
        var ends = new List<(RunStop, long)>();
        using SdtLink link = stops["probed"].Probes["step"].Attach((in ProbeEvent _) =>
        {
            RunResult inner = nested["loop"].Run(Loaded.Packet, new RunOptions { Rounds = ends.Count == 0 ? 40 : 1_000_000 });
            ends.Add((inner.Stop, inner.Rounds));
        });
        RunResult result = stops["probed"].Run(Loaded.Packet, new RunOptions { Rounds = 100 });
        Assert.Equal([(RunStop.Rounds, 40), (RunStop.Rounds, 58)], ends);
        Assert.Equal((RunStop.Rounds, 100), (result.Stop, result.Rounds));
        Assert.Equal(2, stops.Inner);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ACancellationOfTheOuterRunOutlivesTheNestedOne(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var nested = new StopFixture(engine);
        using var outer = new CancellationTokenSource();
        using var inner = new CancellationTokenSource();
        RunStop seen = RunStop.None;
        using SdtLink hit = nested["probed"].Probes["step"].Attach((in ProbeEvent _) => outer.Cancel());
        using SdtLink link = stops["probed"].Probes["step"].Attach((in ProbeEvent _) =>
            seen = nested["probed"].Run(Loaded.Packet, new RunOptions { CancellationToken = inner.Token }).Stop);
        RunResult result = stops["probed"].Run(Loaded.Packet, new RunOptions { CancellationToken = outer.Token });
        Assert.Equal((RunStop.Cancellation, RunStop.Cancellation), (result.Stop, seen));
        Assert.Equal((1, 1), (stops.Inner, nested.Inner));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ACancellationOfANestedRunStopsThatAlone(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using var nested = new StopFixture(engine);
        var seen = new List<RunStop>();
        CancellationTokenSource? source = null;
        using SdtLink hit = nested["probed"].Probes["step"].Attach((in ProbeEvent _) => source!.Cancel());
        using SdtLink link = stops["probed"].Probes["step"].Attach((in ProbeEvent _) =>
        {
            using (source = new CancellationTokenSource())
                seen.Add(nested["probed"].Run(Loaded.Packet, new RunOptions { CancellationToken = source.Token }).Stop);
        });
        using var unused = new CancellationTokenSource();
        Assert.Equal(RunStop.None, stops["probed"].Run(Loaded.Packet, new RunOptions { CancellationToken = unused.Token }).Stop);
        Assert.Equal(100, seen.Count);
        Assert.All(seen, stop => Assert.Equal(RunStop.Cancellation, stop));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ObserversCountOnTheRunInWhichTheyAreHit(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        using SdtLink link = stops["probed"].Probes["step"].Attach(stops["watch"]);
        RunResult result = stops["probed"].Run(Loaded.Packet);
        // 100 of the loop; of the observer 100 entries with seven rounds each.
        Assert.Equal((RunStop.None, 900), (result.Stop, result.Rounds));
        Assert.Equal((800, 100), (stops.Inner, stops.Outer));
        result = stops["probed"].Run(Loaded.Packet, new RunOptions { Rounds = 90 });
        Assert.Equal((RunStop.Rounds, 90), (result.Stop, result.Rounds));
        Assert.Equal((800 + 80, 100 + 10), (stops.Inner, stops.Outer));
        // None left: the loop does not begin, so nothing is hit.
        stops["probed"].Run(Loaded.Packet, new RunOptions { Rounds = 0 });
        Assert.Equal((880, 110), (stops.Inner, stops.Outer));
    }

    // Many runs on one thread, a cancellation at any moment: each run is stopped or not, none by the token of another.
    [Fact]
    public void NoCancellationIsLostAndNoneHitsALaterRun()
    {
        using var stops = new StopFixture(BpfEngine.Compiler);
        using var buffer = new PacketBuffer();
        BpfProgram eternal = stops["eternal"];
        BpfProgram loop = stops["loop"];
        CancellationTokenSource? current = null;
        bool isDone = false;
        var canceller = new Thread(() =>
        {
            while (!Volatile.Read(ref isDone))
                Interlocked.Exchange(ref current, null)?.Cancel();
        });
        canceller.Start();
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                var source = new CancellationTokenSource();
                var options = new RunOptions { Rounds = long.MaxValue, CancellationToken = source.Token };
                Volatile.Write(ref current, source);
                try
                {
                    eternal.Run(buffer, Loaded.Packet, options, out RunStop stop);
                    Assert.Equal(RunStop.Cancellation, stop);
                }
                catch (OperationCanceledException)
                {
                    // Before it began.
                }

                loop.Run(buffer, Loaded.Packet, default, out RunStop after);
                Assert.Equal(RunStop.None, after);
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            canceller.Join();
        }
    }
}
