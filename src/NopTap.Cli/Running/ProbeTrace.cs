// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Commands;
using NopTap.Cli.Output;
using NopTap.Cli.Values;
using NopTap.Links;

namespace NopTap.Cli.Running;

/// <summary>Attaches to probes and prints their hits as they come, then how many there were. Disposing it detaches.</summary>
/// <remarks>For one thread: hits come on the one that runs the traffic.</remarks>
sealed class ProbeTrace : IDisposable
{
    readonly Invocation _call;
    readonly TrafficRun _traffic;
    readonly ProbeMatch[] _matches;
    readonly SdtLink[] _links;
    readonly StringBuilder _line = new();
    readonly long _start = Stopwatch.GetTimestamp();
    bool _hasEvents;

    /// <summary>Attaches.</summary>
    public ProbeTrace(Invocation call, TrafficRun traffic, ProbeMatch[] matches)
    {
        _call = call;
        _traffic = traffic;
        _matches = matches;
        if (call.IsJson)
            call.Terminal.Out.Write("{\"events\":[");
        _links = [.. matches.Select(Attach)];
    }

    /// <summary>Prints the summary.</summary>
    public void Finish()
    {
        TextWriter output = _call.Terminal.Out;
        if (_call.IsJson)
        {
            var summary = new JsonObject { ["runs"] = _traffic.Runs, ["verdicts"] = _traffic.ToJson(), ["probes"] = JsonOutput.ArrayOf(_links, Json) };
            output.Write($"{(_hasEvents ? "\n" : "")}],\"summary\":{JsonOutput.ToText(summary, isIndented: false)}}}\n");
            return;
        }

        TextTable table = new TextTable("probe", "program", "sites", "hits", "misses").Right(2, 3, 4);
        foreach (SdtLink link in _links)
            table.Add(link.ProbeName, link.TargetName, Number(link.Probes.Length), Number(link.Hits), Number(link.Misses));
        string ending = _call.Terminal.Interrupt.IsCancellationRequested ? "interrupted after " : "";
        output.Write(string.Create(CultureInfo.InvariantCulture, $"\n{table}{ending}{_traffic.Runs} runs: {_traffic.Describe()}\n"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SdtLink link in _links)
            link.Dispose();
    }


    SdtLink Attach(ProbeMatch match)
    {
        var formatter = new EventFormatter(match.Probe, match.Program.Spec.Btf);
        return _call.IsJson
            ? match.Probe.Attach((in ProbeEvent hit) => WriteJson(formatter, match, hit))
            : match.Probe.Attach((in ProbeEvent hit) => WritePlain(formatter, match, hit));
    }

    void WritePlain(EventFormatter formatter, ProbeMatch match, in ProbeEvent hit)
    {
        _line.Clear().Append(CultureInfo.InvariantCulture, $"{Seconds,11:f6}  #{_traffic.Packet,-5} {match.Program.Name}  ");
        formatter.Append(_line, hit);
        _line.Append('\n');
        _call.Terminal.Out.Write(_line);
    }

    // Hits are too many to keep until the end: the document is written as it grows, a line for each.
    void WriteJson(EventFormatter formatter, ProbeMatch match, in ProbeEvent hit)
    {
        var json = new JsonObject
        {
            ["time"] = Math.Round(Seconds, 6),
            ["packet"] = _traffic.Packet,
            ["pass"] = _traffic.Pass,
            ["program"] = match.Program.Name,
            ["probe"] = match.Probe.Name,
            ["site"] = hit.Site,
            ["arguments"] = formatter.ToJson(hit),
        };
        _call.Terminal.Out.Write($"{(_hasEvents ? "," : "")}\n{JsonOutput.ToText(json, isIndented: false)}");
        _hasEvents = true;
    }

    double Seconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    static JsonObject Json(SdtLink link) => new()
    {
        ["probe"] = link.ProbeName,
        ["program"] = link.TargetName,
        ["sites"] = link.Probes.Length,
        ["hits"] = link.Hits,
        ["misses"] = link.Misses,
    };

    static string Number<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
