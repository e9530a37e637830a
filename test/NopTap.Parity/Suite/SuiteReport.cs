// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;
using NopTap.Parity.Kernel;

namespace NopTap.Parity.Suite;

/// <summary>Prints what came of a suite: for a terminal, or as the tables of docs/parity.md.</summary>
static class SuiteReport
{
    static readonly Agreement[] s_order =
        [Agreement.BothAccept, Agreement.BothRefuse, Agreement.OnlyKernelAccepts, Agreement.OnlyOursAccepts, Agreement.NotAsked];

    /// <summary>Prints one suite.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="results">Its tests.</param>
    /// <param name="markdown">Whether as tables.</param>
    /// <param name="differences">Whether test by test where the verdicts differ.</param>
    public static void Write(string title, IReadOnlyList<SuiteResult> results, bool markdown, bool differences)
    {
        if (markdown)
        {
            WriteTables(title, results);
            return;
        }

        if (differences)
            WriteDifferences(results);
        Print($"{title}: {results.Count} programs: {string.Join(", ", s_order.Select(agreement => $"{Words(agreement)} {Count(results, agreement)}"))}");
        Print($"  {Runs(results)}");
        WriteOtherResults(results);
    }

    static void WriteOtherResults(IReadOnlyList<SuiteResult> results)
    {
        foreach (SuiteResult result in results)
        {
            foreach (string difference in result.Differences)
                Print($"- {result.Comparison.File} '{result.Comparison.Program}': {difference}");
        }
    }

    static void WriteTables(string title, IReadOnlyList<SuiteResult> results)
    {
        Print($"| {title} | programs | {string.Join(" | ", s_order.Select(Words))} |");
        Print($"| --- | ---: |{string.Concat(Enumerable.Repeat(" ---: |", s_order.Length))}");
        Print($"| all | {results.Count} | {string.Join(" | ", s_order.Select(agreement => Count(results, agreement)))} |");
        Print($"\n{Runs(results)}\n");
        WriteOtherResults(results);
        Features("only the kernel accepts", results, Agreement.OnlyKernelAccepts, Feature);
        Features("only NopTap accepts, by the kernel's words", results, Agreement.OnlyOursAccepts, result => result.Comparison.Kernel.Reason);
        Features("not comparable", results, Agreement.NotAsked, result => Quoted(result.Comparison.Kernel.Reason));
    }

    static void Features(string title, IReadOnlyList<SuiteResult> results, Agreement agreement, Func<SuiteResult, string> feature)
    {
        if (Count(results, agreement) == 0)
            return;
        Print($"| {title} | programs | which |\n| --- | ---: | --- |");
        foreach (IGrouping<string, SuiteResult> group in results.Where(result => result.Comparison.Agreement == agreement).GroupBy(feature)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal))
            Print($"| {Cell(group.Key)} | {group.Count()} | {Cell(Which(group))} |");
        Print("");
    }

    // Names where they fit a line or two, else files.
    static string Which(IEnumerable<SuiteResult> group)
    {
        const int Few = 6;
        bool few = group.Count() <= Few;
        return string.Join("; ", group.GroupBy(result => result.Comparison.File).Select(file => few ? Names(file) : $"{file.Key} {file.Count()}"));
    }

    static string Names(IGrouping<string, SuiteResult> file) => $"{file.Key}: {string.Join(", ", file.Select(result => result.Comparison.Program))}";

    static void WriteDifferences(IReadOnlyList<SuiteResult> results)
    {
        foreach (SuiteResult result in results)
        {
            Comparison comparison = result.Comparison;
            if (comparison.Agrees)
                continue;
            Print($"{comparison.File} '{comparison.Program}' {comparison.Type}: {Words(comparison.Agreement)}");
            if (comparison.Ours.Refusal is Diagnostic refusal)
                Print($"    NopTap: {refusal.Id} {refusal.Message}{(refusal.Place.Instruction is { } at ? $" [insn {at}]" : "")}");
            if (comparison.Kernel.Outcome != KernelOutcome.Accepted)
                Print($"    kernel: {comparison.Kernel.Reason}");
        }
    }

    // What is missing here, in a word: a type, a helper, or the kind of refusal.
    static string Feature(SuiteResult result)
    {
        Diagnostic refusal = result.Comparison.Ours.Refusal!;
        return refusal.Descriptor == RuntimeDiagnostics.ProgramTypeUnknown
            ? $"programs of type {result.Comparison.Type}"
            : $"{refusal.Id} {refusal.Descriptor.Title}: {Quoted(refusal.Message)}";
    }

    // What is numbered or in quotes differs from program to program.
    static string Quoted(string text) => string.Join('…', text.Split('\'').Where((_, n) => n % 2 == 0));

    static string Runs(IReadOnlyList<SuiteResult> results)
    {
        IEnumerable<string> reasons = results.Where(result => result.NotRun is not null).GroupBy(result => result.NotRun!)
            .OrderByDescending(group => group.Count()).Select(group => $"{group.Key} ({group.Count()})");
        return string.Create(CultureInfo.InvariantCulture,
            $"{results.Count(result => result.Runs > 0)} programs with an expected result ran on both engines, {results.Sum(result => result.Runs)} runs, "
            + $"{results.Sum(result => result.Differences.Count)} other results; not run: {string.Join(", ", reasons.DefaultIfEmpty("none"))}");
    }

    static string Words(Agreement agreement) => agreement switch
    {
        Agreement.BothAccept => "both accept",
        Agreement.BothRefuse => "both refuse",
        Agreement.OnlyKernelAccepts => "only the kernel",
        Agreement.OnlyOursAccepts => "only NopTap",
        _ => "not comparable",
    };

    static int Count(IEnumerable<SuiteResult> results, Agreement agreement) => results.Count(result => result.Comparison.Agreement == agreement);

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');

    static void Print(string line) => Console.WriteLine(line);
}
