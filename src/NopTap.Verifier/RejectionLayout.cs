// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NopTap.Isa;
using NopTap.Verifier.Exploration;

namespace NopTap.Verifier;

/// <summary>A rejection on the screen.</summary>
static class RejectionLayout
{
    // Where the value came from, and what was done with it last.
    const int ShownFirst = 2;
    const int ShownLast = 3;

    public static string Brief(Rejection rejection) => Text(rejection, BriefPath(rejection.Path), isDetailed: false);

    public static string Detailed(Rejection rejection) => Text(rejection, DetailedPath(rejection.Path), isDetailed: true);

    static string Text(Rejection rejection, List<string> path, bool isDetailed)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{rejection.Diagnostic.Id} {rejection.Title}\n");
        Append(text, "Reason", [rejection.Reason]);
        Append(text, "At", At(rejection, isDetailed));
        Append(text, "Causal path", path);
        Append(text, "Suggestion", [rejection.Suggestion]);
        return text.ToString();
    }

    static void Append(StringBuilder text, string head, List<string> lines)
    {
        for (int i = 0; i < lines.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"  {(i == 0 ? head : ""),-12}{lines[i]}\n");
    }

    static List<string> At(Rejection rejection, bool isDetailed)
    {
        var lines = new List<string>();
        DiagnosticPlace place = rejection.Diagnostic.Place;
        if (place.Source is { } source)
            lines.Add($"{source}: {rejection.SourceText}".TrimEnd(':', ' '));
        if (place.Instruction is int slot)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"insn {slot}: {rejection.Instruction}").TrimEnd(':', ' '));
        if (lines.Count == 0)
            lines.Add(place.ToString());
        if (isDetailed)
            lines.AddRange(rejection.Values.Select(value => $"  {value}"));
        return lines;
    }

    // One entry a line of C, with what it left; without lines of C, one a step.
    static List<string> BriefPath(ImmutableArray<RejectionStep> path)
    {
        var groups = new List<RejectionStep[]>();
        for (int first = 0, end; first < path.Length; first = end)
        {
            end = first + 1;
            while (end < path.Length && path[first].Source.Length != 0 && path[end].Source == path[first].Source)
                end++;
            groups.Add([.. path.AsSpan(first, end - first)]);
        }

        // Between where a value came from and what it became, steps that leave any value tell nothing.
        if (groups.Count > 2)
            groups = [groups[0], .. groups[1..^1].Where(group => !LeavesAnything(group[^1])), groups[^1]];

        bool isCut = groups.Count > ShownFirst + ShownLast + 1;
        var lines = new List<string>();
        for (int i = 0; i < groups.Count; i++)
        {
            if (!isCut || i < ShownFirst || i >= groups.Count - ShownLast)
                AppendBrief(lines, groups[i]);
            else if (i == ShownFirst)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"... {groups.Count - ShownFirst - ShownLast} more; -v shows them"));
        }

        return lines;
    }

    static bool LeavesAnything(RejectionStep step) => step.IsTaken is null && !step.EndsFunction && step.After.Length == 1
        && step.After[0].Value is RegisterText.AnyNumber or RegisterText.AnyNumber32;

    static void AppendBrief(List<string> lines, RejectionStep[] group)
    {
        RejectionStep last = group[^1];
        lines.Add(last.Source.Length != 0 ? $"{last.Source}: {last.SourceText}"
            : string.Create(CultureInfo.InvariantCulture, $"insn {last.Slot}: {last.Instruction}"));
        string way = last.ContinuesAt.Length != 0 ? $"{(last.EndsFunction ? "ends the function; " : "")}goes on at {last.ContinuesAt}; " : "";
        string values = string.Join("; ", last.After.Length != 0 ? last.After : last.Before);
        if (way.Length + values.Length != 0)
            lines.Add($"  {(way + values).TrimEnd(' ', ';')}");
    }

    static List<string> DetailedPath(ImmutableArray<RejectionStep> path)
    {
        var lines = new List<string>();
        string shown = "";
        foreach (RejectionStep step in path)
        {
            if (step.Source.Length != 0 && step.Source != shown)
                lines.Add($"{step.Source}: {step.SourceText}");
            shown = step.Source;
            string way = step.IsTaken is bool taken ? taken ? "  (jumps)" : "  (goes on)" : step.EndsFunction ? "  (ends the function)" : "";
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {step.Slot}: {step.Instruction}{way}"));
            if (!step.Before.IsEmpty)
                lines.Add($"       before: {string.Join("; ", step.Before)}");
            if (!step.After.IsEmpty)
                lines.Add($"       after:  {string.Join("; ", step.After)}");
        }

        return lines;
    }
}
