// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace NopTap.Links;

/// <summary>Reads what <see cref="BpfProbe.AttachPrinter"/> puts into a ring buffer.</summary>
/// <remarks>
/// <code>
/// 0        8        16
/// | time   | cookie | argument 1 | ... | argument n |     little-endian words of 64 bits
/// </code>
/// The time is <c>bpf_ktime_get_ns</c>; arguments are extended to 64 bits by their declared types.
/// </remarks>
public readonly ref struct ProbeRecord
{
    internal const int TimeOffset = 0;
    internal const int CookieOffset = 8;
    internal const int ArgumentsOffset = 16;

    readonly ReadOnlySpan<byte> _record;

    /// <summary>Wraps a record.</summary>
    /// <param name="record">Payload as the ring buffer gives it.</param>
    /// <exception cref="ArgumentException">It was not written by a printer.</exception>
    public ProbeRecord(ReadOnlySpan<byte> record)
    {
        if (record.Length < ArgumentsOffset || record.Length % sizeof(ulong) != 0)
            throw new ArgumentException($"a record of {record.Length} bytes was not written by a probe's printer", nameof(record));
        _record = record;
    }

    /// <summary>Nanoseconds since the machine started.</summary>
    public ulong Time => Word(TimeOffset);

    /// <summary>Cookie of the link.</summary>
    public ulong Cookie => Word(CookieOffset);

    /// <summary>Number of arguments.</summary>
    public int Count => Math.Max(0, _record.Length - ArgumentsOffset) / sizeof(ulong);

    /// <summary>An argument.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public long this[int index] => (uint)index < (uint)Count
        ? (long)Word(ArgumentsOffset + (sizeof(ulong) * index))
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"the record has {Count} arguments");

    ulong Word(int offset) => _record.IsEmpty
        ? throw new InvalidOperationException("this is no record of a probe's printer, but a default value")
        : BinaryPrimitives.ReadUInt64LittleEndian(_record.Slice(offset, sizeof(ulong)));
}
