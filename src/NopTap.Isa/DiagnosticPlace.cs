// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace NopTap.Isa;

/// <summary>Where a failure lies; every part may be absent.</summary>
public readonly record struct DiagnosticPlace
{
    /// <summary>File or object name.</summary>
    public string? File { get; init; }

    /// <summary>Section of the object.</summary>
    public string? Section { get; init; }

    /// <summary>Byte offset in the section or file.</summary>
    public long? Offset { get; init; }

    /// <summary>Program.</summary>
    public string? Program { get; init; }

    /// <summary>Map.</summary>
    public string? Map { get; init; }

    /// <summary>Probe.</summary>
    public string? Probe { get; init; }

    /// <summary>Slot index in the program.</summary>
    public int? Instruction { get; init; }

    /// <summary>Source file and line, as <c>firewall.bpf.c:31</c>.</summary>
    public string? Source { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, File, "{0}");
        Append(text, Section, "section '{0}'");
        Append(text, Offset?.ToString("x", CultureInfo.InvariantCulture), "offset 0x{0}");
        Append(text, Program, "program '{0}'");
        Append(text, Map, "map '{0}'");
        Append(text, Probe, "probe '{0}'");
        Append(text, Instruction?.ToString(CultureInfo.InvariantCulture), "insn {0}");
        Append(text, Source, "({0})");
        return text.ToString();
    }

    static void Append(StringBuilder text, string? value, string format)
    {
        if (value is null)
            return;
        if (text.Length != 0)
            text.Append(' ');
        text.Append(string.Format(CultureInfo.InvariantCulture, format, value));
    }
}
