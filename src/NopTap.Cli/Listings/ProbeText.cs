// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Formats;

namespace NopTap.Cli.Listings;

/// <summary>Sites of probes as text.</summary>
static class ProbeText
{
    /// <summary>One site: <c>insn 412  lazy, armed at 317  (len=r6, ret=r0)  firewall.bpf.c:374</c>.</summary>
    public static string Site(ProgramSpec program, ProbeSpec probe, ProbeSiteSpec site)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"insn {site.Instruction}");
        if (site.IsLazy)
            text.Append(CultureInfo.InvariantCulture, $"  lazy, armed at insn {site.ArmingInstruction}");
        if (site.Arguments.Length != 0)
            text.Append("  ").Append(Arguments(probe, site));
        FunctionSpec function = program.FunctionAt(site.Instruction);
        if (function != program.Functions[0])
            text.Append("  in ").Append(function.Name).Append("()");
        if (program.LineAt(site.Instruction) is { } line)
            text.Append("  ").Append(SourceText.Place(line));
        return text.ToString();
    }

    /// <summary>Where the arguments are: <c>(len=r6, ret=r0)</c>.</summary>
    public static string Arguments(ProbeSpec probe, ProbeSiteSpec site)
    {
        var text = new StringBuilder("(");
        for (int i = 0; i < site.Arguments.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (i < probe.Parameters.Length && probe.Parameters[i].Name is { } name)
                text.Append(name).Append('=');
            text.Append(Argument(site.Arguments[i]));
        }

        return text.Append(')').ToString();
    }

    /// <summary>One site as JSON.</summary>
    public static JsonObject SiteToJson(ProgramSpec program, ProbeSpec probe, ProbeSiteSpec site)
    {
        var json = new JsonObject
        {
            ["insn"] = site.Instruction,
            ["function"] = program.FunctionAt(site.Instruction).Name,
            ["lazy"] = site.IsLazy,
            ["arguments"] = JsonOutput.ArrayOf(site.Arguments, argument => JsonValue.Create(Argument(argument))),
        };
        if (site.IsLazy)
            json["arming_insn"] = site.ArmingInstruction;
        if (program.LineAt(site.Instruction) is { } line)
            json["source"] = SourceText.Place(line);
        return json;
    }

    static string Argument(ProbeArgumentSpec argument) => argument.IsConstant
        ? argument.Constant.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"r{(int)argument.Register}");
}
