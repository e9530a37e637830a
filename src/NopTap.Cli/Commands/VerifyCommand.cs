// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;
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
            Description = "Also print the path that led to a refusal with its states, or what is known of accepted programs; -vv prints all paths.",
            Arity = ArgumentArity.Zero,
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string?> type = RunArguments.MakeType();
        var command = new Command("verify", "Prove programs safe, or say why they are refused; nothing is loaded.") { file, name, verbose, type };
        Invocation.Handle(command, terminal, call =>
        {
            ObjectFile opened = ObjectFile.Open(call.Required(file), call.Get(type), call.Get(name));
            ProgramSpec[] programs = [.. Choices.Programs(opened.Spec, call.Get(name))];
            int level = call.Times(verbose);
            Verification[] verifications = level > 1
                ? [.. programs.Select(program => Logged(call, opened.Spec, program))]
                : [.. programs.Select(program => Verification.Of(opened.Spec, program))];
            if (level < 2)
                call.Write(verifications.Length == 0 ? "no programs\n" : string.Concat(verifications.Select(one => Plain(one, level > 0))), JsonOutput.ArrayOf(verifications, Json));
            foreach (Verification refused in verifications.Where(verification => verification.Refusal is not null))
                call.Report(refused.Refusal!);
            return Array.Exists(verifications, verification => verification.Refusal is not null) ? Tool.Refused : Tool.Success;
        });
        return command;
    }

    // All paths are too much to be kept: they are written as they are followed, as JSON an object a line with the verdict in the last.
    static Verification Logged(Invocation call, BpfObjectSpec spec, ProgramSpec program)
    {
        TextWriter output = call.Terminal.Out;
        Verification verification;
        if (call.IsJson)
        {
            verification = Verification.Of(spec, program, request => ProgramVerifier.Verify(request, new ExplorationJson(request, output)));
            output.Write(JsonOutput.ToText(Json(verification), isIndented: false) + "\n");
            return verification;
        }

        verification = Verification.Of(spec, program, request =>
        {
            output.Write($"{program.Name}:\n");
            return ProgramVerifier.Verify(request, output);
        });
        output.Write(Plain(verification, isVerbose: true));
        return verification;
    }

    static string Plain(Verification verification, bool isVerbose)
    {
        if (verification.Refusal is not null)
            return RejectionText.Plain(verification, isVerbose);
        if (verification.NeedsTarget)
            return $"{verification.Program.Name}: needs a target: verified when attached\n";
        var text = new StringBuilder();
        AppendAccepted(text, verification, isVerbose);
        return text.ToString();
    }

    static void AppendAccepted(StringBuilder text, Verification verification, bool isVerbose)
    {
        VerificationResult result = verification.Result!;
        VerificationStatistics statistics = result.Statistics;
        text.Append(CultureInfo.InvariantCulture, $"{verification.Program.Name}: accepted (");
        text.Append(CultureInfo.InvariantCulture, $"{statistics.Steps} steps, {statistics.States} states, peak {statistics.PeakWaiting}, ");
        text.Append(CultureInfo.InvariantCulture, $"{verification.Time.TotalMilliseconds:f2} ms)\n");
        if (verification.Missing is { } missing)
            text.Append(CultureInfo.InvariantCulture, $"  cannot be loaded here: {missing.Message} ({missing.Id})\n");
        if (isVerbose)
            text.Append(FactsText.Plain(verification.Accepted!));
    }

    static JsonObject Json(Verification verification)
    {
        var json = new JsonObject
        {
            ["name"] = verification.Program.Name,
            ["section"] = verification.Program.SectionName,
            ["verdict"] = verification.NeedsTarget ? "needs_target" : !verification.IsRunnable ? "not_runnable" : verification.Refusal is null ? "accepted" : "refused",
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
            json["missing"] = verification.Missing?.Message;
            json["functions"] = FactsText.FunctionsToJson(accepted);
            json["sites"] = FactsText.SitesToJson(accepted);
        }

        return json;
    }
}
