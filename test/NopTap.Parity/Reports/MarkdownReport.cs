// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;

namespace NopTap.Parity.Reports;

/// <summary>Prints verdicts as the tables of docs/parity.md: counts by type, then differences and refusals by cause.</summary>
static class MarkdownReport
{
    /// <summary>Prints the tables of one set of objects.</summary>
    /// <param name="comparisons">Verdicts.</param>
    public static void Write(IReadOnlyList<Comparison> comparisons)
    {
        Console.WriteLine("| type | programs | both accept | both refuse | only we accept | only the kernel accepts | not asked | agreement |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((ProgramType type, Comparison[] of) in VerdictReport.ByType(comparisons))
            Row(type.ToString(), of);
        Row("all", comparisons);
        Console.WriteLine();
        Console.WriteLine("| verdicts | programs | here | in the kernel |");
        Console.WriteLine("| --- | ---: | --- | --- |");
        foreach (Agreement agreement in (Agreement[])[Agreement.OnlyOursAccepts, Agreement.OnlyKernelAccepts, Agreement.BothRefuse, Agreement.NotAsked])
            Causes(agreement, comparisons.Where(c => c.Agreement == agreement));
    }

    static void Row(string name, IReadOnlyCollection<Comparison> of) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {name} | {of.Count} | {Count(of, Agreement.BothAccept)} | {Count(of, Agreement.BothRefuse)} | {Count(of, Agreement.OnlyOursAccepts)} "
        + $"| {Count(of, Agreement.OnlyKernelAccepts)} | {Count(of, Agreement.NotAsked)} | {VerdictReport.Percent(of):f1} % |"));

    static int Count(IReadOnlyCollection<Comparison> of, Agreement agreement) => VerdictReport.Count(of, agreement);

    static void Causes(Agreement agreement, IEnumerable<Comparison> comparisons)
    {
        string words = agreement switch
        {
            Agreement.OnlyOursAccepts => "only we accept",
            Agreement.OnlyKernelAccepts => "only the kernel accepts",
            Agreement.BothRefuse => "both refuse",
            _ => "not asked",
        };
        foreach (IGrouping<(string Ours, string Kernel), Comparison> cause in comparisons.GroupBy(Cause).OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Ours, StringComparer.Ordinal))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {words} | {cause.Count()} | {cause.Key.Ours} | {cause.Key.Kernel} |"));
    }

    // What is in quotes or numbered differs from program to program; the kind of refusal does not.
    static (string Ours, string Kernel) Cause(Comparison comparison)
    {
        string ours = comparison.Ours.Refusal is Diagnostic refusal ? $"{refusal.Id} {refusal.Descriptor.Title}" : "accepted";
        string kernel = comparison.Kernel.Reason.Length == 0 ? "accepted" : comparison.Kernel.Reason;
        int name = kernel.IndexOf('\'', StringComparison.Ordinal);
        return (ours, (name > 0 && kernel.StartsWith("libbpf", StringComparison.Ordinal) ? kernel[..name].TrimEnd() + " …" : kernel).Replace("|", "\\|", StringComparison.Ordinal));
    }
}
