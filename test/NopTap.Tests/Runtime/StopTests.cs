// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Tests.Runtime;

/// <summary>Runs end at their limit of rounds, at every kind of place that can end one, and at the same place on both engines.</summary>
public sealed class StopTests
{
    static readonly string[] s_programs =
        ["loop", "loop_ends", "loops", "steps", "elements", "elements_of_hash", "numbers", "may", "again", "levels", "plain", "probed"];

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    public static TheoryData<string> Programs => [.. s_programs];

    public static TheoryData<BpfEngine, string, long, RunStop, long, long, long> Stops
    {
        get
        {
            var rows = new TheoryData<BpfEngine, string, long, RunStop, long, long, long>();
            foreach (BpfEngine engine in (BpfEngine[])[BpfEngine.Compiler, BpfEngine.Interpreter])
            {
                // What is wanted: rounds made, inner rounds, outer rounds.
                rows.Add(engine, "loop", 0, RunStop.Rounds, 0, 0, 0);
                rows.Add(engine, "loop", 1, RunStop.Rounds, 1, 1, 0);
                rows.Add(engine, "loop", 4999, RunStop.Rounds, 4999, 4999, 0);
                rows.Add(engine, "loop", 5000, RunStop.None, 5000, 5000, 0);
                rows.Add(engine, "loop_ends", 400, RunStop.None, 400, 400, 0);
                rows.Add(engine, "loop_ends", 250, RunStop.Rounds, 250, 250, 0);
                rows.Add(engine, "loops", 2200, RunStop.None, 2200, 2000, 200);
                rows.Add(engine, "loops", 1100, RunStop.Rounds, 1100, 1000, 100);
                rows.Add(engine, "loops", 1105, RunStop.Rounds, 1105, 1004, 101);
                rows.Add(engine, "steps", 210, RunStop.Rounds, 210, 200, 10);
                rows.Add(engine, "elements", 299, RunStop.Rounds, 299, 299, 0);
                rows.Add(engine, "elements", 300, RunStop.None, 300, 300, 0);
                rows.Add(engine, "elements_of_hash", 402, RunStop.Rounds, 402, 301, 101);
                rows.Add(engine, "numbers", 700, RunStop.Rounds, 702, 585, 117);
                rows.Add(engine, "may", 1000, RunStop.Rounds, 1000, 999, 1);
                rows.Add(engine, "again", 55, RunStop.Rounds, 55, 55, 0);
                rows.Add(engine, "again", 340, RunStop.None, 340, 340, 0);
                rows.Add(engine, "plain", 0, RunStop.None, 0, 100, 0);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void ARunMakesAsManyRoundsAsItMay(BpfEngine engine, string program, long rounds, RunStop stop, long made, long inner, long outer)
    {
        using var stops = new StopFixture(engine);
        RunResult result = stops[program].Run(Loaded.Packet, new RunOptions { Rounds = rounds });
        Assert.Equal((stop, made), (result.Stop, result.Rounds));
        Assert.Equal((inner, outer), (stops.Inner, stops.Outer));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void BothEnginesStopAtTheSamePlaceWhateverTheLimit(string program)
    {
        using var compiled = new StopFixture(BpfEngine.Compiler);
        using var interpreted = new StopFixture(BpfEngine.Interpreter);
        var random = new Random(7);
        for (int i = 0; i < 60; i++)
        {
            var options = new RunOptions { Rounds = random.Next(i % 3 == 0 ? 20 : 4000) };
            Assert.Equal(interpreted.Run(program, options), compiled.Run(program, options));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void TheLimitBoundsWhatIsProvedFunctionByFunction(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        RunResult result = stops["levels"].Run(Loaded.Packet, new RunOptions { Rounds = 10_000 });
        Assert.Equal(RunStop.Rounds, result.Stop);
        // Counting goes on in loops that are left by no way but their own end: a round of each level at most.
        Assert.InRange(result.Rounds, 10_000, 10_000 + (4 * 31));
        Assert.InRange(stops.Inner, 9_000, 10_000);
        Assert.Equal(2, stops.Outer);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void TheRuntimeHasALimit(BpfEngine engine)
    {
        using var stops = new StopFixture(engine, rounds: 300);
        Assert.Equal(RunStop.Rounds, stops["loop"].Run(Loaded.Packet).Stop);
        Assert.Equal(300, stops.Inner);
        Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet, new RunOptions { Rounds = 6000 }).Stop);
        Assert.Equal(1L << 28, new BpfRuntimeOptions().Rounds);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ARepeatedRunEndsWithTheOneThatIsStopped(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        RunResult result = stops["loop"].TestRun(Loaded.Packet, 1000, new RunOptions { Rounds = 30 });
        Assert.Equal((RunStop.Rounds, 30), (result.Stop, result.Rounds));
        Assert.Equal(30, stops.Inner);
        Assert.Equal(RunStop.None, stops["loop"].TestRun(Loaded.Packet, 3).Stop);
        Assert.Equal(30 + (3 * 5000), stops.Inner);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void WhoGetsANumberAloneIsToldThatTheRunWasStopped(BpfEngine engine)
    {
        using var stops = new StopFixture(engine, rounds: 10);
        using var buffer = new NopTap.Contexts.PacketBuffer();
        var stopped = Assert.Throws<BpfOperationException>(() => stops["loop"].Run(buffer, Loaded.Packet));
        Assert.Equal(RuntimeDiagnostics.RunStopped.Id, stopped.Diagnostic.Id);
        Assert.Contains("'loop'", stopped.Message, StringComparison.Ordinal);
        Assert.Throws<BpfOperationException>(() => stops["loop"].Run(buffer, Loaded.Packet, new RunOptions { Rounds = 20 }));
        Assert.Equal(2u, stops["loop"].Run(buffer, Loaded.Packet, new RunOptions { Rounds = 20 }, out RunStop stop));
        Assert.Equal(RunStop.Rounds, stop);
        uint[] verdicts = [9, 9];
        Assert.Throws<BpfOperationException>(() => stops["loop"].RunBatch([Loaded.Packet, Loaded.Packet], verdicts));
        Assert.Equal([9, 9], verdicts);
        stops["loop"].RunBatch([Loaded.Packet, Loaded.Packet], verdicts, new RunOptions { Rounds = 5000 });
        Assert.Equal([2, 2], verdicts);
    }

    [Fact]
    public void ALimitIsNotNegative()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RunOptions { Rounds = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfRuntimeOptions { Rounds = -1 });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void TheGreatestLimitIsNone(BpfEngine engine)
    {
        using var stops = new StopFixture(engine, rounds: long.MaxValue);
        for (int i = 0; i < 3; i++)
            Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet).Stop);
        Assert.Equal(RunStop.None, stops["loop"].Run(Loaded.Packet, new RunOptions { Rounds = long.MaxValue }).Stop);
    }

    // The kernel compares all 64 bits, too: -E2BIG, and no round.
    [Theory]
    [MemberData(nameof(Engines))]
    public void CountsOfMoreThan32BitsAreNotCut(BpfEngine engine)
    {
        using var stops = new StopFixture(engine);
        Assert.Equal(RunStop.None, stops["wide"].Run(Loaded.Packet).Stop);
        Assert.Equal((-(long)Errno.E2BIG, 0), (stops.Results, stops.Inner));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ALimitCostsNoMemory(BpfEngine engine)
    {
        if (engine == BpfEngine.Interpreter)
            return;
        using var stops = new StopFixture(engine);
        using var buffer = new NopTap.Contexts.PacketBuffer();
        BpfProgram loop = stops["loop"];
        var options = new RunOptions { Rounds = 10 };
        loop.Run(buffer, Loaded.Packet, options, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        loop.Run(buffer, Loaded.Packet, options, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void OnlyWhatTheProofDoesNotBoundIsCounted()
    {
        using var stops = new StopFixture(BpfEngine.Compiler);
        VerifiedProgram plain = stops["plain"].Verified;
        Assert.All(plain.Facts, fact => Assert.False(fact.CountsRound));
        Assert.All(plain.Functions, function => Assert.False(function.CountsRounds || function.MayNotStart));
        VerifiedProgram levels = stops["levels"].Verified;
        Assert.Equal([false, true, true, true, true], levels.Functions.Select(function => function.MayNotStart));
        VerifiedProgram steps = stops["steps"].Verified;
        Assert.Equal([false, true], steps.Functions.Select(function => function.CountsRounds));
        Assert.Single(steps.Facts, fact => fact.CountsRound);
        VerifiedProgram may = stops["may"].Verified;
        Assert.All(may.Functions, function => Assert.True(function.CountsRounds));
    }
}
