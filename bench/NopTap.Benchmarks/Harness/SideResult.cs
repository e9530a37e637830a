// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Benchmarks.Harness;

/// <summary>What came out for one side.</summary>
/// <param name="Name">The side.</param>
/// <param name="Nanoseconds">Median time of an operation.</param>
/// <param name="Added">Median over the rounds of what it took longer than the first side in the same round, in nanoseconds.</param>
/// <param name="Ratio">Median over the rounds of its time divided by that of the first side in the same round.</param>
/// <param name="LowestRatio">Lowest of these.</param>
/// <param name="HighestRatio">Highest of these.</param>
/// <param name="BytesPerCall">Managed bytes allocated by a call.</param>
/// <param name="MayAllocate">Whether it may.</param>
public sealed record SideResult(
    string Name,
    double Nanoseconds,
    double Added,
    double Ratio,
    double LowestRatio,
    double HighestRatio,
    double BytesPerCall,
    bool MayAllocate)
{
    /// <summary>Whether it allocated though it may not.</summary>
    public bool IsViolation => BytesPerCall > 0 && !MayAllocate;

    internal static SideResult Of(Side side, double[] times, double[] first, Sample total)
    {
        double[] added = [.. times.Zip(first, (time, other) => time - other)];
        double[] ratios = [.. times.Zip(first, (time, other) => time / other)];
        return new SideResult(
            side.Name,
            Median(times),
            Median(added),
            Median(ratios),
            ratios.Min(),
            ratios.Max(),
            (double)total.Allocated / total.Calls,
            side.MayAllocate);
    }

    static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
