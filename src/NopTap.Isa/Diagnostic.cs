// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace NopTap.Isa;

/// <summary>One registered kind of failure: its stable id and title.</summary>
/// <remarks>
/// Ids: <c>BPF1xxx</c> formats, <c>BPF2xxx</c> verifier, <c>BPF3xxx</c> compiler, <c>BPF4xxx</c> runtime, <c>BPF5xxx</c> tool. Each layer
/// declares its own as <c>static readonly</c> fields of one class named <c>…Diagnostics</c>; docs/diagnostics.md lists them all and a test
/// holds the two together.
/// </remarks>
/// <param name="Id">For example <c>BPF1003</c>.</param>
/// <param name="Title">A few words, noun first, lower case.</param>
/// <param name="Errno">The error number that the kernel gives in this situation; <see cref="Errno.EINVAL"/> where it has none.</param>
public sealed record DiagnosticDescriptor(string Id, string Title, Errno Errno = Errno.EINVAL)
{
    /// <summary>Makes a diagnostic of this kind.</summary>
    /// <param name="place">Where.</param>
    /// <param name="message">What, with the values in it.</param>
    /// <param name="hint">How to mend it.</param>
    public Diagnostic At(DiagnosticPlace place, string message, string hint) => new(this, place, message, hint);
}

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

/// <summary>A failure that a user sees: what, where, and how to mend it.</summary>
/// <param name="Descriptor">The registered kind.</param>
/// <param name="Place">Where.</param>
/// <param name="Message">What, with the values in it.</param>
/// <param name="Hint">How to mend it.</param>
public sealed record Diagnostic(DiagnosticDescriptor Descriptor, DiagnosticPlace Place, string Message, string Hint)
{
    /// <summary>Stable id, for example <c>BPF1003</c>.</summary>
    public string Id => Descriptor.Id;

    /// <summary>The kernel's error number for this situation.</summary>
    public Errno Errno => Descriptor.Errno;

    /// <summary><c>ID: place: message; hint</c> on one line.</summary>
    public override string ToString()
    {
        string place = Place.ToString();
        string head = place.Length == 0 ? $"{Id}: {Message}" : $"{Id}: {place}: {Message}";
        return Hint.Length == 0 ? head : $"{head}; {Hint}";
    }
}
