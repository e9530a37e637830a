// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Verifier;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap verify</c>: whether programs may run, and if not, why.</summary>
static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = RunArguments.MakeObject();
        var name = new Argument<string?>("PROG") { Description = "Program (all when left out).", Arity = ArgumentArity.ZeroOrOne };
        var verbose = new Option<bool>("--verbose", "-v")
        {
            Description = "Also print all steps that led to a refusal, and what is known of accepted programs.",
        };
        var command = new Command("verify", "Prove programs safe, or say why they are refused; nothing is loaded.") { file, name, verbose };
        Invocation.Handle(command, terminal, call =>
        {
            ObjectFile opened = ObjectFile.Open(call.Required(file));
            Verification[] verifications = [.. Choices.Programs(opened.Spec, call.Get(name)).Select(program => Verification.Of(opened.Spec, program))];
            call.Write(Plain(verifications, call.Get(verbose)), JsonOutput.ArrayOf(verifications, Json));
            foreach (Verification refused in verifications.Where(verification => verification.Refusal is not null))
                call.Report(refused.Refusal!);
            return Array.Exists(verifications, verification => verification.Refusal is not null) ? Tool.Refused : Tool.Success;
        });
        return command;
    }

    static string Plain(Verification[] verifications, bool isVerbose)
    {
        var text = new StringBuilder();
        foreach (Verification verification in verifications)
        {
            if (verification.Refusal is not null)
                text.Append(RejectionText.Plain(verification, isVerbose));
            else if (verification.NeedsTarget)
                text.Append(CultureInfo.InvariantCulture, $"{verification.Program.Name}: needs a target: verified when attached\n");
            else
                AppendAccepted(text, verification, isVerbose);
        }

        return verifications.Length == 0 ? "no programs\n" : text.ToString();
    }

    static void AppendAccepted(StringBuilder text, Verification verification, bool isVerbose)
    {
        VerificationResult result = verification.Result!;
        VerificationStatistics statistics = result.Statistics;
        text.Append(CultureInfo.InvariantCulture, $"{verification.Program.Name}: accepted (");
        if (result.NotChecked.IsEmpty)
            text.Append(CultureInfo.InvariantCulture, $"{statistics.Steps} steps, {statistics.States} states, peak {statistics.PeakWaiting}, ");
        else
            text.Append("structure only, ");
        text.Append(CultureInfo.InvariantCulture, $"{verification.Time.TotalMilliseconds:f2} ms)\n");
        foreach (string property in result.NotChecked)
            text.Append(CultureInfo.InvariantCulture, $"  not proved: {property}\n");
        if (isVerbose)
            text.Append(FactsText.Plain(verification.Accepted!));
    }

    static JsonObject Json(Verification verification)
    {
        var json = new JsonObject
        {
            ["name"] = verification.Program.Name,
            ["section"] = verification.Program.SectionName,
            ["verdict"] = verification.NeedsTarget ? "needs_target" : verification.Refusal is null ? "accepted" : "refused",
        };
        if (verification.Result is { } result)
        {
            json["statistics"] = new JsonObject
            {
                ["steps"] = result.Statistics.Steps,
                ["states"] = result.Statistics.States,
                ["peak"] = result.Statistics.PeakWaiting,
                ["time_us"] = Math.Round(verification.Time.TotalMicroseconds, 1),
            };
        }

        if (verification.Refusal is not null)
            json["rejection"] = RejectionText.Json(verification);
        if (verification.Accepted is { } accepted)
        {
            json["not_proved"] = JsonOutput.ArrayOf(verification.Result!.NotChecked, property => JsonValue.Create(property));
            json["functions"] = FactsText.FunctionsToJson(accepted);
            json["sites"] = FactsText.SitesToJson(accepted);
        }

        return json;
    }
}
