// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Benchmarks.Harness;

/// <summary>Measures sides against the first of them, all in this process and by turns.</summary>
/// <remarks>
/// A machine's speed drifts by more than what is to be seen here. So no side is measured in one piece: each round gives every side a slice,
/// beginning with another side each time, and a ratio is taken within a round. The medians over the rounds are reported, and with them the
/// range of the ratios, which tells how much to believe.
/// </remarks>
/// <param name="name">Short name: question, then what varies.</param>
/// <param name="unit">What one operation is.</param>
/// <param name="sides">What is compared; the first is what the others are compared with.</param>
public sealed class Comparison(string name, string unit, IReadOnlyList<Side> sides)
{
    /// <summary>Short name.</summary>
    public string Name => name;

    /// <summary>What one operation is.</summary>
    public string Unit => unit;

    /// <summary>Sides.</summary>
    public IReadOnlyList<Side> Sides => sides;

    /// <summary>Measures.</summary>
    /// <param name="settings">How long.</param>
    public ComparisonResult Measure(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        int[] calls = new int[sides.Count];
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < sides.Count; i++)
                calls[i] = WarmUp(sides[i], settings);
        }

        double[][] times = [.. sides.Select(_ => new double[settings.Rounds])];
        var totals = new Sample[sides.Count];
        for (int round = 0; round < settings.Rounds; round++)
        {
            for (int turn = 0; turn < sides.Count; turn++)
            {
                int i = (turn + round) % sides.Count;
                Sample sample = Slice(sides[i], calls[i], settings.Slice);
                times[i][round] = sample.NanosecondsPerCall / sides[i].Operations;
                totals[i] += sample;
            }
        }

        foreach (Side side in sides)
            side.Check?.Invoke();
        return new ComparisonResult(this, [.. sides.Select((side, i) => SideResult.Of(side, times[i], times[0], totals[i]))]);
    }

    // Returns the number of calls that fill a quarter of a slice.
    static int WarmUp(Side side, Settings settings)
    {
        int calls = 1;
        long start = Stopwatch.GetTimestamp();
        Sample last;
        do
        {
            last = side.Measure(calls);
            if (last.Time < settings.Slice / 8)
                calls = Math.Min(calls * 2, side.MaximumCalls);
        }
        while (Stopwatch.GetElapsedTime(start) < settings.WarmUp / 2);
        double wanted = settings.Slice.TotalNanoseconds / 4 / Math.Max(last.NanosecondsPerCall, 0.1);
        return (int)Math.Clamp(wanted, 1, side.MaximumCalls);
    }

    static Sample Slice(Side side, int calls, TimeSpan slice)
    {
        var sum = default(Sample);
        do
            sum += side.Measure(calls);
        while (sum.Time < slice);
        return sum;
    }
}
