// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;
using NopTap.Parity.Kernel;

namespace NopTap.Parity.Reports;

/// <summary>Prints verdicts: a line a program, then counts by type and by cause.</summary>
static class VerdictReport
{
    /// <summary>Prints all of them as text.</summary>
    /// <param name="comparisons">Verdicts.</param>
    /// <param name="differencesOnly">Whether to leave out programs on which both agree.</param>
    public static void Write(IReadOnlyList<Comparison> comparisons, bool differencesOnly)
    {
        foreach (Comparison comparison in comparisons.Where(c => !differencesOnly || !(c.Agrees || c.Agreement == Agreement.NotAsked)))
        {
            Console.WriteLine($"{comparison.File} {comparison.Program} {comparison.Type}: {comparison.Agreement}");
            if (comparison.Ours.Refusal is Diagnostic refusal)
                Console.WriteLine($"    ours: {refusal.Id} {refusal.Message}{(refusal.Place.Instruction is { } at ? $" [insn {at}]" : "")}");
            if (comparison.Kernel.Outcome != KernelOutcome.Accepted)
                Console.WriteLine($"    kernel: {comparison.Kernel.Outcome} {comparison.Kernel.Reason}");
        }

        Console.WriteLine();
        foreach ((ProgramType type, Comparison[] of) in ByType(comparisons))
            Console.WriteLine(Summary(type.ToString(), of));
        Console.WriteLine(Summary("all", comparisons));
        Causes("\nonly the kernel accepts, by our diagnostic:", comparisons, Agreement.OnlyKernelAccepts, OurCause);
        Causes("\nnot asked, by libbpf's words:", comparisons, Agreement.NotAsked, KernelCause);
        Causes("\nonly we accept, by the kernel's words:", comparisons, Agreement.OnlyOursAccepts, KernelCause);
    }

    static void Causes(string title, IReadOnlyList<Comparison> comparisons, Agreement agreement, Func<Comparison, string> cause)
    {
        Console.WriteLine(title);
        foreach (IGrouping<string, Comparison> group in comparisons.Where(c => c.Agreement == agreement).GroupBy(cause).OrderByDescending(g => g.Count()))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{group.Count(),5}  {group.Key}"));
    }

    internal static IEnumerable<(ProgramType Type, Comparison[] Of)> ByType(IEnumerable<Comparison> comparisons) =>
        comparisons.GroupBy(c => c.Type).OrderBy(g => g.Key).Select(g => (g.Key, g.ToArray()));

    static string Summary(string name, IReadOnlyCollection<Comparison> of) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-14} {of.Count,5} programs: both accept {Count(of, Agreement.BothAccept)}, both refuse {Count(of, Agreement.BothRefuse)}, "
        + $"only we accept {Count(of, Agreement.OnlyOursAccepts)}, only the kernel {Count(of, Agreement.OnlyKernelAccepts)}, not asked {Count(of, Agreement.NotAsked)}; agreement {Percent(of):f1} %");

    internal static int Count(IEnumerable<Comparison> of, Agreement agreement) => of.Count(c => c.Agreement == agreement);

    // Of the programs on which there are two verdicts.
    internal static double Percent(IReadOnlyCollection<Comparison> of)
    {
        int asked = of.Count - Count(of, Agreement.NotAsked);
        return asked == 0 ? 100 : 100.0 * of.Count(c => c.Agrees) / asked;
    }

    static string OurCause(Comparison comparison) => $"{comparison.Ours.Refusal!.Id} {comparison.Ours.Refusal.Message}";

    static string KernelCause(Comparison comparison) => $"{comparison.Kernel.Outcome}: {comparison.Kernel.Reason}";
}
