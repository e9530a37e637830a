// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NopTap.Cli.Listings;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Formats;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap map list</c>: the maps of an object.</summary>
static class MapListCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = RunArguments.MakeObject();
        var command = new Command("list", "List the maps of an object.") { file };
        Invocation.Handle(command, terminal, call =>
        {
            BpfObjectSpec spec = ObjectFile.Open(call.Required(file)).Spec;
            call.Write(Plain(spec), JsonOutput.ArrayOf(spec.Maps, map => Json(spec, map)));
            return Tool.Success;
        });
        return command;
    }

    static string Plain(BpfObjectSpec spec)
    {
        TextTable table = new TextTable("name", "type", "key", "value", "entries", "flags", "types").Right(2, 3, 4);
        foreach (MapSpec map in spec.Maps)
        {
            table.Add(
                map.Name,
                KernelNames.Of(map.Type),
                string.Create(CultureInfo.InvariantCulture, $"{map.KeySize} B"),
                string.Create(CultureInfo.InvariantCulture, $"{map.ValueSize} B"),
                map.MaxEntries.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"0x{map.Flags:x}"),
                Types(spec, map));
        }

        return spec.Maps.IsEmpty ? "no maps\n" : table.ToString();
    }

    static string Types(BpfObjectSpec spec, MapSpec map)
    {
        string? key = TypeOf(spec, map.KeyTypeId);
        if (map.Inner is { } inner)
            return $"{key ?? "key"} -> {KernelNames.Of(inner.Type)} of {inner.MaxEntries}{(Types(spec, inner) is { Length: > 0 } types ? $": {types}" : "")}";
        string? value = map.IsGlobalData ? null : TypeOf(spec, map.ValueTypeId);
        return key is null || value is null ? "" : $"{key} -> {value}";
    }

    static string? TypeOf(BpfObjectSpec spec, int id) => id == 0 || spec.Btf is null ? null : spec.Btf.Print(id);

    static JsonObject Json(BpfObjectSpec spec, MapSpec map) => new()
    {
        ["name"] = map.Name,
        ["type"] = KernelNames.Of(map.Type),
        ["bytes_key"] = map.KeySize,
        ["bytes_value"] = map.ValueSize,
        ["max_entries"] = map.MaxEntries,
        ["flags"] = map.Flags,
        ["key_type"] = TypeOf(spec, map.KeyTypeId),
        ["value_type"] = map.IsGlobalData ? null : TypeOf(spec, map.ValueTypeId),
        ["global_data"] = map.IsGlobalData,
        ["read_only"] = map.IsReadOnlyData,
        ["spin_lock"] = map.SpinLockOffset,
        ["inner"] = map.Inner is { } inner ? Json(spec, inner) : null,
    };
}
