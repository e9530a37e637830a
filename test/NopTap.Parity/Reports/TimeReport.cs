// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Parity.Reports;

/// <summary>Prints timings: a line a program, worst ratio last, then what they amount to.</summary>
static class TimeReport
{
    /// <summary>Prints all of them.</summary>
    /// <param name="timings">Timings.</param>
    /// <param name="markdown">Whether as a table for documentation, of the worst only.</param>
    public static void Write(IReadOnlyCollection<Timing> timings, bool markdown)
    {
        const int Worst = 15;
        Timing[] sorted = [.. timings.OrderBy(timing => timing.Ratio)];
        if (markdown)
            Console.WriteLine("| program | steps here | steps there | verification here | there | PROG_LOAD | ratio |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        else
            Console.WriteLine($"{"program",-60} {"our steps",9} {"kernel's",9} {"ours us",10} {"kernel us",10} {"load us",10} {"ours/load",9} {"ours/kernel",11}");
        foreach (Timing timing in markdown ? sorted.Reverse().Take(Worst) : sorted)
            Console.WriteLine(markdown ? Row(timing) : Line(timing));
        if (sorted.Length == 0)
            return;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sorted.Length} programs: geometric mean of ours by PROG_LOAD {Mean(sorted, t => t.Ratio):f2}, by the kernel's verification {Mean(sorted, ByKernel):f2}; "
            + $"worst {sorted[^1].Ratio:f2} ({Name(sorted[^1])}); above 1: {sorted.Count(t => t.Ratio > 1)}, above 3: {sorted.Count(t => t.Ratio > 3)}; "
            + $"together {sorted.Sum(t => t.Ours.TotalMilliseconds):f1} ms here, {sorted.Sum(t => t.Load.TotalMilliseconds):f1} ms in PROG_LOAD"));
    }

    static string Line(Timing timing) => string.Create(CultureInfo.InvariantCulture,
        $"{Name(timing),-60} {timing.Comparison.Ours.Result!.Statistics.Steps,9} {timing.Comparison.Kernel.Processed,9} {timing.Ours.TotalMicroseconds,10:f1} "
        + $"{timing.Kernel.TotalMicroseconds,10:f0} {timing.Load.TotalMicroseconds,10:f1} {timing.Ratio,9:f2} {ByKernel(timing),11:f2}");

    static string Row(Timing timing) => string.Create(CultureInfo.InvariantCulture,
        $"| `{Name(timing)}` | {timing.Comparison.Ours.Result!.Statistics.Steps} | {timing.Comparison.Kernel.Processed} | {timing.Ours.TotalMicroseconds:f0} us | "
        + $"{timing.Kernel.TotalMicroseconds:f0} us | {timing.Load.TotalMicroseconds:f0} us | {timing.Ratio:f2} |");

    static string Name(Timing timing) => $"{timing.Comparison.File} {timing.Comparison.Program}";

    // The kernel tells whole microseconds.
    static double ByKernel(Timing timing) => timing.Ours.TotalMicroseconds / Math.Max(1, timing.Kernel.TotalMicroseconds);

    static double Mean(Timing[] timings, Func<Timing, double> ratio) => Math.Exp(timings.Average(timing => Math.Log(ratio(timing))));
}
