// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>What reading one object may cost. Immutable; the defaults are far above what compilers write.</summary>
/// <remarks>
/// An object is untrusted: its size, and what it grows to when its subprograms are copied into each program that calls them, are its author's choice.
/// Memory that reading takes is a small multiple of <see cref="FileBytes"/> and <see cref="Instructions"/> together.
/// </remarks>
public sealed record ReadLimits
{
    /// <summary>Bytes of a file or stream; what has more is refused (BPF1010) before it is read whole.</summary>
    public long FileBytes { get; init; } = 64L << 20;

    /// <summary>Instruction slots that all programs of the object may come to together, each with its copies of subprograms.</summary>
    public int Instructions { get; init; } = 4 << 20;

    /// <summary>The usual limits.</summary>
    public static ReadLimits Default { get; } = new();
}
