// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Puts programs before our verifier and the kernel's, on several threads, until the time or the seeds are used up.</summary>
public sealed class VerdictCampaign
{
    const int Block = 32;

    readonly VerdictOptions _options;
    readonly Func<long, Subject> _make;
    readonly long _end;
    readonly Lock _lock = new();
    readonly VerdictTally _total = new();
    long _next;

    VerdictCampaign(VerdictOptions options, Func<long, Subject> make)
    {
        _options = options;
        _make = make;
        _next = options.Seed;
        _end = options.Seconds >= 1e12 ? long.MaxValue : Stopwatch.GetTimestamp() + (long)(options.Seconds * Stopwatch.Frequency);
    }

    /// <summary>Runs a campaign.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="make">Makes the program of a seed; called on several threads.</param>
    public static VerdictTally Run(VerdictOptions options, Func<long, Subject> make)
    {
        var campaign = new VerdictCampaign(options, make);
        var threads = new Thread[Math.Max(1, options.Threads)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(campaign.Work, maxStackSize: 16 << 20);
            threads[i].Start();
        }

        foreach (Thread thread in threads)
            thread.Join();
        return campaign._total;
    }

    void Work()
    {
        var tally = new VerdictTally();
        using var judge = new Judge(tally);
        long last = _options.Count > long.MaxValue - _options.Seed ? long.MaxValue : _options.Seed + _options.Count;
        while (Stopwatch.GetTimestamp() < _end)
        {
            long first = Interlocked.Add(ref _next, Block) - Block;
            if (first >= last)
                break;
            for (long seed = first; seed < Math.Min(first + Block, last) && Stopwatch.GetTimestamp() < _end; seed++)
                judge.Try(_make(seed));
        }

        lock (_lock)
            _total.Add(tally);
    }
}
