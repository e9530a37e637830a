// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Formats;
using NopTap.Formats.Btf;
using NopTap.Links;

namespace NopTap.Cli.Values;

/// <summary>Writes hits of one probe: <c>verdict(len=60, ret=2)</c>. Prepared once, used at each hit.</summary>
sealed class EventFormatter
{
    readonly string _probe;
    readonly ImmutableArray<ProbeParameter> _parameters;
    readonly ImmutableArray<ValueFormatter> _formatters;

    /// <summary>Prepares a probe.</summary>
    public EventFormatter(BpfProbe probe, BtfTypes? types)
    {
        _probe = probe.Name;
        _parameters = probe.Parameters;
        _formatters = [.. probe.Parameters.Select(parameter => ValueFormatter.Of(parameter, types))];
    }

    /// <summary>Appends a hit.</summary>
    public void Append(StringBuilder text, in ProbeEvent hit)
    {
        text.Append(_probe).Append('(');
        for (int i = 0; i < _formatters.Length; i++)
        {
            if (i != 0)
                text.Append(", ");
            if (_parameters[i].Name is { } name)
                text.Append(name).Append('=');
            text.Append(_formatters[i].Format(hit[i]));
        }

        text.Append(')');
    }

    /// <summary>Arguments of a hit by name, or <c>arg0</c> and so on where the declaration gives none.</summary>
    public JsonObject ToJson(in ProbeEvent hit)
    {
        var json = new JsonObject();
        for (int i = 0; i < _formatters.Length; i++)
            json[_parameters[i].Name ?? string.Create(CultureInfo.InvariantCulture, $"arg{i}")] = _formatters[i].ToJson(hit[i]);
        return json;
    }
}
