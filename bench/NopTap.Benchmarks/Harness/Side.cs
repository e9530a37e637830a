// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Benchmarks.Harness;

/// <summary>One of the things that a comparison sets beside each other.</summary>
public sealed class Side
{
    readonly Func<int, long> _time;

    /// <summary>A side whose calls are timed together.</summary>
    /// <param name="name">What it is, in a few words.</param>
    /// <param name="body">Makes that many calls.</param>
    public Side(string name, Action<int> body)
        : this(name, calls => TimeAll(body, calls))
    {
    }

    Side(string name, Func<int, long> time) => (Name, _time) = (name, time);

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>Operations that one call makes: rounds of a loop, for example. Times are told for one.</summary>
    public int Operations { get; init; } = 1;

    /// <summary>Calls that may follow each other before <see cref="Reset"/> must come in between.</summary>
    public int MaximumCalls { get; init; } = int.MaxValue;

    /// <summary>Makes room again, untimed; null when there is nothing to do.</summary>
    public Action? Reset { get; init; }

    /// <summary>Throws when the calls did not do what the side is about; null when there is nothing to prove.</summary>
    public Action? Check { get; init; }

    /// <summary>Whether calls may allocate managed memory. Runs and hits may not: then an allocation fails the command.</summary>
    public bool MayAllocate { get; init; }

    /// <summary>A side that times a part of each call itself.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="time">Makes that many calls and returns ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="operations">Operations that one call makes.</param>
    public static Side Timed(string name, Func<int, long> time, int operations = 1) =>
        new(name, time) { Operations = operations, MayAllocate = true };

    /// <summary>Makes calls, then room for the next.</summary>
    internal Sample Measure(int calls)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long ticks = _time(calls);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Reset?.Invoke();
        return new Sample(calls, ticks, allocated);
    }

    static long TimeAll(Action<int> body, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        body(calls);
        return Stopwatch.GetTimestamp() - start;
    }
}

/// <summary>What some calls took.</summary>
/// <param name="Calls">How many.</param>
/// <param name="Ticks">Time in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Allocated">Managed bytes.</param>
internal readonly record struct Sample(long Calls, long Ticks, long Allocated)
{
    internal TimeSpan Time => TimeSpan.FromSeconds((double)Ticks / Stopwatch.Frequency);

    internal double NanosecondsPerCall => Math.Max(Ticks, 1) * 1e9 / Stopwatch.Frequency / Calls;

    public static Sample operator +(Sample left, Sample right) =>
        new(left.Calls + right.Calls, left.Ticks + right.Ticks, left.Allocated + right.Allocated);
}
