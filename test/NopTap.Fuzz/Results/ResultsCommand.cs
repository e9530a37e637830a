// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using NopTap.Fuzz.Soundness;
using NopTap.Fuzz.Verdicts;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Fuzz.Results;

/// <summary>noptap-fuzz results [--seconds N] [--seed S] [--shape NAME]: whatever both verifiers accept gives the same results everywhere.</summary>
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
        string shape = Shapes.All;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--seconds": seconds = double.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--seed": seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--shape": shape = args[i + 1]; break;
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
        var clock = Stopwatch.StartNew();
        Programs(shape, seed, _ => clock.Elapsed.TotalSeconds < seconds, tally);
        Console.WriteLine(tally);
        foreach (string find in tally.Finds)
            Console.WriteLine(find);
        return tally.Finds.Count == 0 ? 0 : 1;
    }

    /// <summary>Runs the programs of consecutive seeds while more are wanted, or until enough was found.</summary>
    /// <param name="shape">What they are made of.</param>
    /// <param name="seed">First seed.</param>
    /// <param name="goesOn">Whether more are wanted after those that are counted.</param>
    /// <param name="tally">Takes the counts and finds.</param>
    public static void Programs(string shape, long seed, Func<ResultsTally, bool> goesOn, ResultsTally tally)
    {
        ArgumentNullException.ThrowIfNull(goesOn);
        ArgumentNullException.ThrowIfNull(tally);
        using var check = new ResultsCheck();
        for (; goesOn(tally) && tally.Finds.Count < MostFinds; seed++)
        {
            Subject subject = Shapes.Make(shape, seed);
            // What a test run puts into a socket buffer is the kernel's affair.
            if (subject.Program.Type == ProgramType.Xdp)
                check.Run(subject with { Maps = [.. subject.Maps.Select(SoundnessCommand.Runnable)] }, SoundnessCommand.Traffic(6, (int)(seed % 100)), tally);
        }
    }

    static int Misuse(string argument)
    {
        Console.Error.WriteLine($"unknown option {argument}; options are --seconds N --seed S --shape NAME");
        return 2;
    }
}
