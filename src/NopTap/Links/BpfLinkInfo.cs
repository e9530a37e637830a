// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NopTap.Isa;

namespace NopTap.Links;

/// <summary>What is known of a link at one moment: the kernel's <c>bpf_link_info</c> and what the SDT series leaves out.</summary>
public sealed record BpfLinkInfo
{
    /// <summary>Link type.</summary>
    public required LinkType Type { get; init; }

    /// <summary>Id of the link.</summary>
    public required uint Id { get; init; }

    /// <summary>Id of the observer program; 0 for a delegate.</summary>
    public required uint ProgramId { get; init; }

    /// <summary>Name of the observer.</summary>
    public required string Observer { get; init; }

    /// <summary>Attach type.</summary>
    public required AttachType AttachType { get; init; }

    /// <summary>Id of the target program.</summary>
    public required uint TargetId { get; init; }

    /// <summary>Name of the target program.</summary>
    public required string Target { get; init; }

    /// <summary>The prototype or function in the target's BTF; 0 when unknown.</summary>
    public required int TargetBtfId { get; init; }

    /// <summary>Name of the probe or function.</summary>
    public required string Probe { get; init; }

    /// <summary>The places that the link covers.</summary>
    public required ImmutableArray<LinkSite> Sites { get; init; }

    /// <summary>Cookie.</summary>
    public required ulong Cookie { get; init; }

    /// <summary>Hits that reached the observer.</summary>
    public required ulong Hits { get; init; }

    /// <summary>Hits that did not, because the observer was running on the same thread.</summary>
    public required ulong Misses { get; init; }

    /// <summary>Hits during which a delegate threw.</summary>
    public required ulong Faults { get; init; }

    /// <summary>Whether hits reach the observer now.</summary>
    public required bool IsAttached { get; init; }

    /// <summary>Text as in the kernel's <c>/proc/PID/fdinfo</c>: a tab between name and value, one line each.</summary>
    public string ToFdInfo()
    {
        var text = new StringBuilder();
        Line(text, "link_type", Type == LinkType.Sdt ? "sdt" : "tracing");
        Line(text, "link_id", Id);
        Line(text, "prog_id", ProgramId);
        Line(text, "attach_type", (int)AttachType);
        Line(text, "target_obj_id", TargetId);
        Line(text, "target_btf_id", TargetBtfId);
        Line(text, "cookie", Cookie);
        Line(text, Type == LinkType.Sdt ? "probe" : "function", Probe);
        foreach (LinkSite site in Sites.IsDefault ? [] : Sites)
            Line(text, "site", string.Create(CultureInfo.InvariantCulture, $"{site.OriginalOffset} {site.XlatedOffset} 0x{site.MachineOffset:x}"));
        Line(text, "hits", Hits);
        Line(text, "misses", Misses);
        return text.ToString();
    }

    static void Line(StringBuilder text, string name, object value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}:\t{value}\n");
}

/// <summary>One place that a link covers.</summary>
/// <param name="OriginalOffset">Instruction slot in the program as loaded (<c>orig_off</c>).</param>
/// <param name="XlatedOffset">Instruction slot in the program as executed; rewriting moves none, so it is the same.</param>
/// <param name="MachineOffset">Byte offset in the program's machine code; -1 under the interpreter.</param>
/// <param name="Address">Address of the machine code; 0 under the interpreter.</param>
public readonly record struct LinkSite(int OriginalOffset, int XlatedOffset, int MachineOffset, ulong Address);
