// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap probe list</c>: the static probes of an object, with every place where they stand.</summary>
static class ProbeListCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = RunArguments.MakeObject();
        var command = new Command("list", "List the probes of an object: types, sites, arguments.") { file };
        Invocation.Handle(command, terminal, call =>
        {
            BpfObjectSpec spec = ObjectFile.Open(call.Required(file)).Spec;
            call.Write(Plain(spec), JsonOutput.ArrayOf(spec.Programs, Json));
            return Tool.Success;
        });
        return command;
    }

    static string Plain(BpfObjectSpec spec)
    {
        var text = new StringBuilder();
        foreach (ProgramSpec program in spec.Programs.Where(program => !program.Probes.IsEmpty))
        {
            text.Append(CultureInfo.InvariantCulture, $"{program.Name} ({program.SectionName})\n");
            foreach (ProbeSpec probe in program.Probes)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {probe}{(probe.Sites.IsEmpty ? "  (never placed here)" : "")}\n");
                foreach (ProbeSiteSpec site in probe.Sites)
                    text.Append(CultureInfo.InvariantCulture, $"    {ProbeText.Site(program, probe, site)}\n");
            }
        }

        return text.Length == 0 ? "no probes\n" : text.ToString();
    }

    static JsonObject Json(ProgramSpec program) => new()
    {
        ["program"] = program.Name,
        ["section"] = program.SectionName,
        ["probes"] = JsonOutput.ArrayOf(program.Probes, probe => new JsonObject
        {
            ["name"] = probe.Name,
            ["prototype"] = probe.ToString(),
            ["parameters"] = JsonOutput.ArrayOf(probe.Parameters, parameter => new JsonObject
            {
                ["name"] = parameter.Name,
                ["type"] = parameter.TypeName,
                ["size"] = parameter.Size,
                ["signed"] = parameter.IsSigned,
            }),
            ["sites"] = JsonOutput.ArrayOf(probe.Sites, site => ProbeText.SiteToJson(program, probe, site)),
        }),
    };
}
