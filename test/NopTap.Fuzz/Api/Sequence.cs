// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace NopTap.Fuzz.Api;

/// <summary>One random sequence of public calls, on one thread or two.</summary>
static class Sequence
{
    const int FewestSteps = 10;
    const int MoreSteps = 40;

    /// <summary>Runs the sequence of a seed to its end, and disposes of what it left.</summary>
    internal static void Run(ulong seed, BpfEngine? engine, Tally tally, TextWriter? log)
    {
        var random = new SeededRandom(seed);
        var pool = new Pool();
        Play(random, pool, engine, tally, log);
        foreach (IDisposable left in pool.Empty())
            Dispose(left, tally);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Play(SeededRandom random, Pool pool, BpfEngine? engine, Tally tally, TextWriter? log)
    {
        var session = new Session(random, pool, tally, log, 0, FewestSteps + random.Below(MoreSteps));
        World.Build(pool, random, engine, session);
        if (random.Below(6) != 0)
        {
            session.Run();
            return;
        }

        var other = new Session(new SeededRandom(random.Next()), pool, tally, log, 1, FewestSteps + random.Below(MoreSteps));
        var thread = new Thread(other.Run, 1 << 20);
        thread.Start();
        session.Run();
        thread.Join();
    }

    static void Dispose(IDisposable left, Tally tally)
    {
        try
        {
            left.Dispose();
        }
        catch (Exception e)
        {
            tally.Throw(left.GetType().Name + ".Dispose()", e);
        }
    }
}
