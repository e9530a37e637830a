// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Formats;

namespace NopTap.Cli.Demo;

/// <summary>What the demo saw, for the screen and as JSON.</summary>
sealed class DemoFindings
{
    /// <summary>Name of the program.</summary>
    public required string Program { get; init; }

    /// <summary>BPF instructions.</summary>
    public required int Instructions { get; init; }

    /// <summary>Bytes of machine code; 0 under the interpreter.</summary>
    public required int CodeBytes { get; init; }

    /// <summary>Time to load: verify, compile, place.</summary>
    public required TimeSpan LoadTime { get; init; }

    /// <summary>Its probes.</summary>
    public required IReadOnlyList<ProbeSpec> Probes { get; init; }

    /// <summary>Packets in the traffic.</summary>
    public required int Packets { get; init; }

    /// <summary>Source line of the probe whose code is shown.</summary>
    public required LineInfo? Line { get; init; }

    /// <summary>Prototype of the probe whose code is shown.</summary>
    public required string Shown { get; init; }

    /// <summary>Code around the eager probe before, during and after.</summary>
    public required SiteView[] Site { get; init; }

    /// <summary>Prototype of the lazy probe.</summary>
    public required string Lazy { get; init; }

    /// <summary>The arming instruction of the lazy probe before, during and after.</summary>
    public required SiteView[] Arming { get; init; }

    /// <summary>First events of each observed probe.</summary>
    public required IReadOnlyList<DemoEvent> Events { get; init; }

    /// <summary>Hits of each observed probe, in order.</summary>
    public required IReadOnlyList<(string Probe, ulong Hits, ulong Misses)> Hits { get; init; }

    /// <summary>Verdicts before, during and after, as text.</summary>
    public required string[] Verdicts { get; init; }

    /// <summary>Nanoseconds a packet while nobody looks.</summary>
    public required double IdleNanoseconds { get; init; }

    /// <summary>Nanoseconds a packet with an observer that counts.</summary>
    public required double ObservedNanoseconds { get; init; }

    /// <summary>What was promised.</summary>
    public required IReadOnlyList<DemoClaim> Claims { get; init; }

    /// <summary>All of it.</summary>
    public JsonObject ToJson() => new()
    {
        ["program"] = Program,
        ["insns"] = Instructions,
        ["code_bytes"] = CodeBytes,
        ["load_ms"] = Math.Round(LoadTime.TotalMilliseconds, 1),
        ["probes"] = JsonOutput.ArrayOf(Probes, probe => new JsonObject
        {
            ["prototype"] = probe.ToString(),
            ["sites"] = probe.Sites.Length,
            ["lazy"] = probe.Sites.Any(site => site.IsLazy),
        }),
        ["packets"] = Packets,
        ["site"] = JsonOutput.ArrayOf(Site, view => view.ToJson()),
        ["arming"] = JsonOutput.ArrayOf(Arming, view => view.ToJson()),
        ["events"] = JsonOutput.ArrayOf(Events, e => new JsonObject { ["packet"] = e.Packet, ["text"] = e.Text }),
        ["hits"] = JsonOutput.ArrayOf(Hits, hit => new JsonObject { ["probe"] = hit.Probe, ["hits"] = hit.Hits, ["misses"] = hit.Misses }),
        ["verdicts"] = JsonOutput.ArrayOf(Verdicts, text => JsonValue.Create(text)),
        ["ns_idle"] = Math.Round(IdleNanoseconds, 1),
        ["ns_observed"] = Math.Round(ObservedNanoseconds, 1),
        ["claims"] = JsonOutput.ArrayOf(Claims, claim => new JsonObject { ["claim"] = claim.Text, ["holds"] = claim.Holds, ["seen"] = claim.Seen }),
    };
}

/// <summary>One event as it is shown.</summary>
/// <param name="Packet">Number of the packet, from 1.</param>
/// <param name="Text">Typed and named arguments.</param>
sealed record DemoEvent(int Packet, string Text);
