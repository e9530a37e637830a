// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap prog list</c>: the programs of an object.</summary>
static class ProgListCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = RunArguments.MakeObject();
        Option<string?> type = RunArguments.MakeType();
        var command = new Command("list", "List the programs of an object, and on what they run.") { file, type };
        Invocation.Handle(command, terminal, call =>
        {
            BpfObjectSpec spec = ObjectFile.Open(call.Required(file), call.Get(type), null).Spec;
            call.Write(Plain(spec), JsonOutput.ArrayOf(spec.Programs, Json));
            return Tool.Success;
        });
        return command;
    }

    static string Plain(BpfObjectSpec spec)
    {
        TextTable table = new TextTable("name", "section", "type", "runs on", "insns", "functions", "probes", "sites").Right(4, 5, 6, 7);
        foreach (ProgramSpec program in spec.Programs)
        {
            table.Add(
                program.Name,
                program.SectionName,
                KernelNames.Of(program.Type),
                Admission.Of(program).RunsOn,
                Number(program.Instructions.Length),
                Number(program.Functions.Length),
                Number(program.Probes.Length),
                Number(program.Probes.Sum(probe => probe.Sites.Length)));
        }

        if (spec.Programs.IsEmpty)
            return "no programs\n";
        IEnumerable<Diagnostic> reasons = spec.Programs.Select(program => Admission.Of(program).NotRunnable).OfType<Diagnostic>();
        return $"{table}licence: {(spec.License.Length == 0 ? "none" : spec.License)}\n{string.Concat(reasons.Select(reason => $"not run here: {reason}\n"))}";
    }

    static JsonObject Json(ProgramSpec program) => new()
    {
        ["name"] = program.Name,
        ["section"] = program.SectionName,
        ["type"] = KernelNames.Of(program.Type),
        ["attach_type"] = KernelNames.Of(program.AttachType),
        ["runs_on"] = Admission.Of(program).RunsOn,
        ["not_runnable"] = Admission.Of(program).NotRunnable?.ToString(),
        ["license"] = program.License,
        ["insns"] = program.Instructions.Length,
        ["functions"] = JsonOutput.ArrayOf(program.Functions, function => JsonValue.Create(function.Name)),
        ["probes"] = JsonOutput.ArrayOf(program.Probes, probe => JsonValue.Create(probe.ToString())),
    };

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
