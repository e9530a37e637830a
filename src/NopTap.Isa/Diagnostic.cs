// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>A failure that a user sees: what, where, and how to fix it.</summary>
/// <param name="Descriptor">The registered kind.</param>
/// <param name="Place">Where.</param>
/// <param name="Message">What, with the values in it.</param>
/// <param name="Hint">How to fix it.</param>
public sealed record Diagnostic(DiagnosticDescriptor Descriptor, DiagnosticPlace Place, string Message, string Hint)
{
    /// <summary>The registered kind.</summary>
    public DiagnosticDescriptor Descriptor { get; init; } = Descriptor ?? throw new ArgumentNullException(nameof(Descriptor));

    /// <summary>What, with the values in it.</summary>
    public string Message { get; init; } = Message ?? throw new ArgumentNullException(nameof(Message));

    /// <summary>How to fix it.</summary>
    public string Hint { get; init; } = Hint ?? throw new ArgumentNullException(nameof(Hint));

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
