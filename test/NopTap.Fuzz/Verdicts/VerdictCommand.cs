// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Fuzz.Verdicts;

/// <summary><c>verdicts</c>: our verifier against the kernel's.</summary>
static class VerdictCommand
{
    const int MostFinds = 40;

    public static int Run(ReadOnlySpan<string> words)
    {
        if (VerdictOptions.Parse(words) is not VerdictOptions options)
        {
            Console.Error.WriteLine($"usage: {VerdictOptions.Usage}");
            return 2;
        }

        if (KernelOracle.Unavailable is string unavailable)
        {
            Console.Error.WriteLine($"the kernel cannot be asked: {unavailable}");
            return 2;
        }

        Func<long, Subject> make = Shapes.Maker(options);
        if (options.Show)
            return Show(make(options.Seed));
        long start = Stopwatch.GetTimestamp();
        VerdictTally tally = VerdictCampaign.Run(options, make);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.Write(tally);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{tally.Programs} programs of shape {options.Shape} from seed {options.Seed} in {seconds:f1} s, {tally.Programs / seconds:f0} a second; of each thread's time {Share(tally.OurTicks):f0} % here, {Share(tally.KernelTicks):f0} % in the kernel"));
        if (options.Folder is string folder)
            WriteFinds(folder, options.Reverse ? [.. tally.Wrong, .. tally.Reverse] : tally.Wrong);
        return tally.Wrong.Count == 0 ? 0 : 1;

        double Share(long ticks) => 100.0 * ticks / Stopwatch.Frequency / seconds / Math.Max(1, options.Threads);
    }

    static void WriteFinds(string folder, List<VerdictFind> finds)
    {
        foreach (VerdictFind find in finds.Take(MostFinds))
        {
            string name = string.Concat(find.Subject.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
            string path = Path.Combine(folder, $"verdict-{name}.case");
            File.WriteAllText(path, VerdictReducer.Write(VerdictReducer.Reduce(find.Subject)));
            Console.WriteLine(path);
        }
    }

    static int Show(Subject subject)
    {
        using var oracle = Quirks.OracleFor(subject);
        Console.WriteLine(InstructionFormatter.FormatAll(subject.Program.Instructions.AsSpan()));
        VerificationResult ours = ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps));
        Console.WriteLine(ours.Explanation?.ToString() ?? ours.Rejection?.ToString() ?? "accepted");
        Console.WriteLine(oracle.LoadSafely(subject.Program, log: true).Log);
        return 0;
    }
}
