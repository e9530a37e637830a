// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;

namespace NopTap.Samples.Traffic;

/// <summary>Writes a capture file: little-endian, microseconds, Ethernet.</summary>
public sealed class PcapWriter
{
    const uint Magic = 0xa1b2c3d4;
    const uint SnapLength = 262144;
    const uint Ethernet = 1;

    readonly ArrayBufferWriter<byte> _file = new();

    /// <summary>Starts with the file header.</summary>
    public PcapWriter()
    {
        Word(Magic);
        Word(2 | 4 << 16); // version 2.4
        Word(0);
        Word(0);
        Word(SnapLength);
        Word(Ethernet);
    }

    /// <summary>Packets so far.</summary>
    public int Count { get; private set; }

    /// <summary>Appends a packet, of which <paramref name="captured"/> bytes were kept.</summary>
    public void Add(long microseconds, ReadOnlySpan<byte> packet, int captured)
    {
        Word((uint)(microseconds / 1_000_000));
        Word((uint)(microseconds % 1_000_000));
        Word((uint)captured);
        Word((uint)packet.Length);
        _file.Write(packet[..captured]);
        Count++;
    }

    /// <summary>The file.</summary>
    public byte[] ToArray() => _file.WrittenSpan.ToArray();

    void Word(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_file.GetSpan(4), value);
        _file.Advance(4);
    }
}
