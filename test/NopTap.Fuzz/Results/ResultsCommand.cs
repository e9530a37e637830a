// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using NopTap.Fuzz.Soundness;
using NopTap.Fuzz.Verdicts;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Fuzz.Results;

/// <summary>noptap-fuzz results [--seconds N] [--seed S]: whatever both verifiers accept gives the same results everywhere.</summary>
public static class ResultsCommand
{
    const int MostFinds = 10;

    /// <summary>Runs until the time is up.</summary>
    /// <param name="args">What follows the command's name.</param>
    public static int Run(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        double seconds = 60;
        int seed = 1;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--seconds": seconds = double.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--seed": seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                default: return Misuse(args[i]);
            }
        }

        if (args.Length % 2 != 0)
            return Misuse(args[^1]);
        if (KernelOracle.Unavailable is string unavailable)
        {
            Console.Error.WriteLine(unavailable);
            return 2;
        }

        var tally = new ResultsTally();
        Programs(seed, TimeSpan.FromSeconds(seconds), tally);
        Console.WriteLine(tally);
        foreach (string find in tally.Finds)
            Console.WriteLine(find);
        return tally.Finds.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs the XDP programs of consecutive seeds until the time is up, or enough was found.</summary>
    /// <param name="seed">First seed.</param>
    /// <param name="duration">How long.</param>
    /// <param name="tally">Takes the counts and finds.</param>
    public static void Programs(long seed, TimeSpan duration, ResultsTally tally)
    {
        ArgumentNullException.ThrowIfNull(tally);
        using var check = new ResultsCheck();
        var clock = Stopwatch.StartNew();
        for (; clock.Elapsed < duration && tally.Finds.Count < MostFinds; seed++)
        {
            Subject subject = Shapes.Make(Shapes.All, seed);
            // What a test run puts into a socket buffer is the kernel's affair.
            if (subject.Program.Type == ProgramType.Xdp)
                check.Run(subject with { Maps = [.. subject.Maps.Select(SoundnessCommand.Runnable)] }, SoundnessCommand.Traffic(6, (int)(seed % 100)), tally);
        }
    }

    static int Misuse(string argument)
    {
        Console.Error.WriteLine($"unknown option {argument}; options are --seconds N --seed S");
        return 2;
    }
}
