// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Captures;
using NopTap.Cli.Listings;
using NopTap.Cli.Running;
using NopTap.Cli.Values;
using NopTap.Maps;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap map dump</c>: what maps hold, at load or after a run.</summary>
static class MapDumpCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var arguments = new RunArguments();
        var map = new Argument<string?>("MAP") { Description = "Map; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("dump", "Print the entries of maps, as loaded or after a run.")
        {
            arguments.Object,
            map,
            arguments.OptionalPcap,
            arguments.ProgramOption,
            arguments.Repeat,
            arguments.Rounds,
            arguments.Engine,
            arguments.Type,
        };
        Invocation.Handle(command, terminal, call => Run(call, arguments, call.Get(map)));
        return command;
    }

    static int Run(Invocation call, RunArguments arguments, string? name)
    {
        using Session session = arguments.Load(call, call.Get(arguments.ProgramOption));
        string[] names = [.. Choices.Maps(session.File.Spec, name).Select(map => map.Name)];
        int exit = Tool.Success;
        if (call.Get(arguments.OptionalPcap) is { } pcap)
        {
            BpfProgram program = session.PacketProgram(call.Get(arguments.ProgramOption));
            using var traffic = new TrafficRun(program, Capture.Load(pcap).Packets);
            for (int pass = call.Get(arguments.Repeat); pass > 0 && traffic.RunOnce(call.Terminal.Interrupt);)
                pass--;
            exit = call.Ended(traffic, program);
        }

        BpfMap[] maps = [.. names.Select(map => session.Object.Maps[map])];
        if (call.IsJson)
            call.WriteJson(Json(session, maps));
        else
            call.Terminal.Out.Write(string.Join("\n", maps.Select(map => Plain(session, map))));
        return exit;
    }

    static string Plain(Session session, BpfMap map)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{map.Name} ({KernelNames.Of(map.Type)})\n");
        int shown = 0;
        int zero = 0;
        foreach (MapEntry entry in MapEntry.Of(map, session.File.Spec.Btf))
        {
            if (entry.IsZero)
            {
                zero++;
                continue;
            }

            shown++;
            text.Append("  ").Append(map.Spec.IsGlobalData ? PlainText.OfMembers(entry.Value, "\n  ") : $"{PlainText.Of(entry.Key)}: {PlainText.Of(entry.Value)}").Append('\n');
        }

        if (zero != 0)
            text.Append(CultureInfo.InvariantCulture, $"  {zero} {(zero == 1 ? "entry is" : "entries are")} zero\n");
        else if (shown == 0)
            text.Append("  no entries\n");
        return text.ToString();
    }

    static JsonArray Json(Session session, BpfMap[] maps)
    {
        var json = new JsonArray();
        foreach (BpfMap map in maps)
        {
            var entries = new JsonArray();
            foreach (MapEntry entry in MapEntry.Of(map, session.File.Spec.Btf))
                entries.Add((JsonNode)new JsonObject { ["key"] = entry.Key, ["value"] = entry.Value });
            json.Add((JsonNode)new JsonObject { ["name"] = map.Name, ["type"] = KernelNames.Of(map.Type), ["entries"] = entries });
        }

        return json;
    }
}
