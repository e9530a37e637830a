// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Cli.Listings;

/// <summary>What verification learnt of an accepted program.</summary>
static class FactsText
{
    /// <summary>For a person: a line a function, a line a probe site.</summary>
    public static string Plain(VerifiedProgram program)
    {
        var text = new StringBuilder();
        for (int i = 0; i < program.Functions.Length; i++)
        {
            FunctionSpec function = program.Spec.Functions[i];
            text.Append(CultureInfo.InvariantCulture, $"  {function.Name}(): {program.Functions[i].StackDepth} bytes of stack, {Dead(program, function)}\n");
        }

        foreach (ProbeSiteFacts site in program.Sites)
        {
            ProbeSpec probe = program.Spec.Probes[site.ProbeIndex];
            text.Append(CultureInfo.InvariantCulture, $"  probe {probe.Name}  {ProbeText.Site(program.Spec, probe, site.Site)}: {Verdict(site)}\n");
        }

        return text.ToString();
    }

    /// <summary>Functions for a program.</summary>
    public static JsonArray FunctionsToJson(VerifiedProgram program)
    {
        var functions = new JsonArray();
        for (int i = 0; i < program.Functions.Length; i++)
        {
            FunctionSpec function = program.Spec.Functions[i];
            functions.Add((JsonNode)new JsonObject
            {
                ["name"] = function.Name,
                ["stack_depth"] = program.Functions[i].StackDepth,
                ["may_call_managed_helper"] = program.Functions[i].MayCallManagedHelper,
                ["dead_insns"] = JsonOutput.ArrayOf(DeadSlots(program, function), slot => JsonValue.Create(slot)),
                ["insns"] = Instructions(program, function),
            });
        }

        return functions;
    }

    // What is known of single instructions; those of which nothing is known are left out.
    static JsonArray Instructions(VerifiedProgram program, FunctionSpec function)
    {
        var instructions = new JsonArray();
        for (int slot = function.Start; slot < function.End; slot += program.Spec.Instructions[slot].SlotCount)
        {
            InstructionFacts facts = program.Facts[slot];
            var json = new JsonObject { ["insn"] = slot };
            if (facts.Branch != BranchFact.Open)
                json["branch"] = facts.Branch == BranchFact.AlwaysTaken ? "always" : "never";
            if (facts.Address != AddressKind.Unknown)
                json["reaches"] = facts.Address.ToString();
            if (facts.MapIndex >= 0)
                json["map"] = facts.MapIndex;
            if (program.Constants[slot] is ulong constant)
                json["gives"] = (long)constant;
            if (json.Count > 1 && !facts.IsDead)
                instructions.Add((JsonNode)json);
        }

        return instructions;
    }

    /// <summary>Probe sites for a program.</summary>
    public static JsonArray SitesToJson(VerifiedProgram program) => JsonOutput.ArrayOf(program.Sites, site =>
    {
        ProbeSpec probe = program.Spec.Probes[site.ProbeIndex];
        JsonObject json = ProbeText.SiteToJson(program.Spec, probe, site.Site);
        json.Insert(0, "probe", probe.Name);
        json["attachable"] = site.Unattachable is null;
        if (site.Unattachable is { } reason)
            json["reason"] = reason;
        return json;
    });

    static string Verdict(ProbeSiteFacts site) => site.Unattachable is { } reason ? $"not attachable, {reason}" : "attachable";

    // 12-14, 20: ranges are what a reader looks up in a listing.
    static string Dead(VerifiedProgram program, FunctionSpec function)
    {
        List<int> dead = DeadSlots(program, function);
        if (dead.Count == 0)
            return "no dead slots";
        var ranges = new List<string>();
        for (int first = 0, last; first < dead.Count; first = last + 1)
        {
            last = first;
            while (last + 1 < dead.Count && dead[last + 1] == dead[last] + 1)
                last++;
            string end = first == last ? "" : string.Create(CultureInfo.InvariantCulture, $"-{dead[last]}");
            ranges.Add(string.Create(CultureInfo.InvariantCulture, $"{dead[first]}{end}"));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{dead.Count} dead slots ({string.Join(", ", ranges)})");
    }

    // Both slots of a wide load are as dead as its first.
    static List<int> DeadSlots(VerifiedProgram program, FunctionSpec function)
    {
        var dead = new List<int>();
        for (int slot = function.Start; slot < function.End; slot += program.Spec.Instructions[slot].SlotCount)
        {
            for (int half = 0; program.Facts[slot].IsDead && half < program.Spec.Instructions[slot].SlotCount; half++)
                dead.Add(slot + half);
        }

        return dead;
    }
}
