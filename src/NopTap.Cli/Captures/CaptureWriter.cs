// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;

namespace NopTap.Cli.Captures;

/// <summary>Builds a capture file of Ethernet frames: little-endian, classic format.</summary>
sealed class CaptureWriter
{
    const uint SnapLength = 262144;

    readonly ArrayBufferWriter<byte> _file = new();

    /// <summary>Starts a file.</summary>
    /// <param name="isNanoseconds">Whether fractions of seconds are nanoseconds.</param>
    public CaptureWriter(bool isNanoseconds)
    {
        Word(isNanoseconds ? Capture.MagicNanoseconds : Capture.MagicMicroseconds);
        Word(2 | (4 << 16)); // version 2.4
        Word(0);
        Word(0);
        Word(SnapLength);
        Word(Capture.LinkEthernet);
    }

    /// <summary>Packets so far.</summary>
    public int Count { get; private set; }

    /// <summary>The file so far.</summary>
    public ReadOnlySpan<byte> Written => _file.WrittenSpan;

    /// <summary>Appends a packet with the time of another.</summary>
    public void Add(CapturedPacket original, ReadOnlySpan<byte> data)
    {
        Word(original.Seconds);
        Word(original.Fraction);
        Word((uint)data.Length);
        // What the capture had cut off is still part of the packet's length on the wire.
        Word((uint)(original.OriginalLength - original.Data.Length + data.Length));
        _file.Write(data);
        Count++;
    }

    void Word(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_file.GetSpan(4), value);
        _file.Advance(4);
    }
}
