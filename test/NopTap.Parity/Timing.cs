// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;
using NopTap.Verifier;

namespace NopTap.Parity;

/// <summary>What verification of one program costs here and in the kernel: medians of alternating runs.</summary>
/// <param name="Comparison">The verdicts.</param>
/// <param name="Ours">One verification, warm.</param>
/// <param name="Load">One PROG_LOAD without a log.</param>
/// <param name="Kernel">What the kernel says that its verification took; of a resolution of 1 microsecond.</param>
sealed record Timing(Comparison Comparison, TimeSpan Ours, TimeSpan Load, TimeSpan Kernel)
{
    static readonly TimeSpan s_long = TimeSpan.FromMilliseconds(100);

    /// <summary>Our time by the kernel's PROG_LOAD.</summary>
    public double Ratio => Ours / Load;

    /// <summary>Times a program that both sides accept; null where one does not.</summary>
    /// <param name="path">The object.</param>
    /// <param name="ours">The object on our side.</param>
    /// <param name="program">The program.</param>
    /// <param name="rounds">Runs of each side; fewer when one takes long.</param>
    public static Timing? Take(string path, OurObject ours, KernelProgram program, int rounds)
    {
        OurAnswer answer = ours.Ask(program.Name);
        if (answer is not { IsAccepted: true, Request: { } request })
            return null;
        int count = Once(request) > s_long ? Math.Min(rounds, 3) : rounds;
        var mine = new List<TimeSpan>(count);
        KernelAnswer kernel = KernelObject.Ask(path, program, ours.License, count, () => mine.Add(Once(request)));
        if (kernel.Outcome != KernelOutcome.Accepted)
            return null;
        var comparison = new Comparison(Path.GetFileName(path), program.Name, request.Program.Type, answer, kernel);
        return new Timing(comparison, Median(mine), Median(kernel.LoadTimes), Median(kernel.VerificationTimes));
    }

    static TimeSpan Once(VerificationRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        _ = ProgramVerifier.Verify(request);
        return Stopwatch.GetElapsedTime(start);
    }

    static TimeSpan Median(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? TimeSpan.Zero : sorted[sorted.Length / 2];
    }
}
