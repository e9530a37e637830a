// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Cli.Listings;

/// <summary>Why a program was refused, on one screen.</summary>
static class RejectionText
{
    /// <summary>For a person.</summary>
    /// <param name="verification">A refusal.</param>
    /// <param name="isWhole">Whether all steps of the path are wanted, with their states.</param>
    public static string Plain(Verification verification, bool isWhole)
    {
        Rejection explanation = verification.Explanation;
        if (!verification.IsRunnable)
            return $"{verification.Program.Name}: not run here\n  {explanation.ToString()}";
        return $"{verification.Program.Name}: refused\n  {(isWhole ? explanation.ToDetailedString() : explanation.ToString())}";
    }

    /// <summary>For a program: always with the whole path.</summary>
    public static JsonObject Json(Verification verification)
    {
        Rejection explanation = verification.Explanation;
        Diagnostic refusal = explanation.Diagnostic;
        var at = new JsonObject();
        if (refusal.Place.Instruction is int slot)
            at["insn"] = slot;
        if (explanation.Instruction.Length != 0)
            at["disasm"] = explanation.Instruction;
        if (refusal.Place.Source is { } source)
            at["source"] = source;
        if (explanation.SourceText.Length != 0)
            at["src"] = explanation.SourceText;
        if (!explanation.Values.IsEmpty)
            at["values"] = Values(explanation.Values);
        return new JsonObject
        {
            ["id"] = refusal.Id,
            ["title"] = refusal.Descriptor.Title,
            ["errno"] = refusal.Errno.ToString(),
            ["reason"] = refusal.Message,
            ["at"] = at,
            ["path"] = JsonOutput.ArrayOf(explanation.Path, Step),
            ["suggestion"] = refusal.Hint,
        };
    }

    static JsonArray Values(ImmutableArray<RegisterValue> values) =>
        JsonOutput.ArrayOf(values, value => new JsonObject { ["place"] = value.Place, ["value"] = value.Value });

    static JsonObject Step(RejectionStep step)
    {
        var json = new JsonObject { ["insn"] = step.Slot, ["disasm"] = step.Instruction };
        if (step.Source.Length != 0)
        {
            json["source"] = step.Source;
            json["src"] = step.SourceText;
        }

        if (step.IsTaken is bool taken)
            json["taken"] = taken;
        if (step.EndsFunction)
            json["ends_function"] = true;
        if (step.ContinuesAt.Length != 0)
            json["continues_at"] = step.ContinuesAt;
        if (!step.Before.IsEmpty)
            json["before"] = Values(step.Before);
        if (!step.After.IsEmpty)
            json["after"] = Values(step.After);

        return json;
    }
}
