// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Cli.Listings;

/// <summary>Why a program was refused, on one screen.</summary>
static class RejectionText
{
    // Where the value came from, and what was done with it last.
    const int ShownFirst = 2;
    const int ShownLast = 3;

    /// <summary>For a person.</summary>
    /// <param name="verification">A refusal.</param>
    /// <param name="isWhole">Whether all steps of the path are wanted.</param>
    public static string Plain(Verification verification, bool isWhole)
    {
        Diagnostic refusal = verification.Refusal!;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{verification.Program.Name}: refused\n");
        text.Append(CultureInfo.InvariantCulture, $"  {refusal.Id} {refusal.Descriptor.Title}\n");
        Append(text, "Reason", [refusal.Message]);
        Append(text, "At", At(verification));
        Append(text, "Causal path", Path(PathOf(verification), isWhole));
        Append(text, "Suggestion", [refusal.Hint]);
        return text.ToString();
    }

    /// <summary>For a program: always with the whole path.</summary>
    public static JsonObject Json(Verification verification)
    {
        Diagnostic refusal = verification.Refusal!;
        var at = new JsonObject();
        if (refusal.Place.Instruction is int slot)
            at["insn"] = slot;
        if (InstructionText(verification) is { Length: > 0 } instruction)
            at["disasm"] = instruction;
        if (refusal.Place.Source is { } source)
            at["source"] = source;
        if (LineText(verification) is { Length: > 0 } line)
            at["src"] = line;
        return new JsonObject
        {
            ["id"] = refusal.Id,
            ["title"] = refusal.Descriptor.Title,
            ["errno"] = refusal.Errno.ToString(),
            ["reason"] = refusal.Message,
            ["at"] = at,
            ["path"] = JsonOutput.ArrayOf(PathOf(verification), Step),
            ["suggestion"] = refusal.Hint,
        };
    }

    static void Append(StringBuilder text, string head, List<string> lines)
    {
        for (int i = 0; i < lines.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"  {(i == 0 ? head : ""),-12}{lines[i]}\n");
    }

    static List<string> At(Verification verification)
    {
        var lines = new List<string>();
        DiagnosticPlace place = verification.Refusal!.Place;
        if (place.Instruction is int slot)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"insn {slot}: {InstructionText(verification)}").TrimEnd(':', ' '));
        if (place.Source is { } source)
            lines.Add($"{source}: {LineText(verification)}".TrimEnd(':', ' '));
        if (lines.Count == 0)
            lines.Add(place.ToString());
        return lines;
    }

    static List<string> Path(ImmutableArray<RejectionStep> steps, bool isWhole)
    {
        bool isCut = !isWhole && steps.Length > ShownFirst + ShownLast + 1;
        var lines = new List<string>();
        for (int i = 0; i < steps.Length; i++)
        {
            if (!isCut || i < ShownFirst || i >= steps.Length - ShownLast)
                lines.Add(steps[i].ToString());
            else if (i == ShownFirst)
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"... {steps.Length - ShownFirst - ShownLast} more; -v shows them"));
        }

        return lines;
    }

    static ImmutableArray<RejectionStep> PathOf(Verification verification) => verification.Result?.Explanation?.Path ?? [];

    // A program that is refused before its paths are followed has no explanation, but its instruction is as good.
    static string InstructionText(Verification verification)
    {
        if (verification.Result?.Explanation is { } explanation)
            return explanation.Instruction;
        ImmutableArray<Instruction> code = verification.Program.Instructions;
        return verification.Refusal!.Place.Instruction is int slot && slot >= 0 && slot < code.Length && slot + code[slot].SlotCount <= code.Length
            ? InstructionFormatter.Format(code.AsSpan(), slot)
            : "";
    }

    static string LineText(Verification verification) => verification.Result?.Explanation is { } explanation ? explanation.SourceText
        : verification.Refusal!.Place.Instruction is int slot && verification.Program.LineAt(slot) is LineInfo line ? line.Text.Trim()
        : "";

    static JsonObject Step(RejectionStep step)
    {
        var json = new JsonObject { ["insn"] = step.Slot, ["disasm"] = step.Instruction };
        if (step.Source.Length != 0)
        {
            json["source"] = step.Source;
            json["src"] = step.SourceText;
        }

        return json;
    }
}
