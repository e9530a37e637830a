// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Cli.Captures;

/// <summary>A capture file of the classic format, in either byte order, of microseconds or nanoseconds.</summary>
/// <remarks>
/// <code>
/// file    | magic u32 | major u16 | minor u16 | 0 | 0 | snap length u32 | link type u32 |
/// record  | seconds u32 | fraction u32 | kept bytes u32 | bytes on the wire u32 | kept bytes ... |
/// </code>
/// </remarks>
sealed class Capture
{
    internal const uint MagicMicroseconds = 0xa1b2c3d4;
    internal const uint MagicNanoseconds = 0xa1b23c4d;
    internal const uint LinkEthernet = 1;
    internal const int FileHeaderSize = 24;
    internal const int RecordHeaderSize = 16;

    const uint MagicSectionHeader = 0x0a0d0d0a; // pcapng; reads the same in both orders
    const ushort MagicGzip = 0x8b1f;
    const int LinkTypeOffset = 20;
    const uint LinkTypeMask = 0x03ff_ffff; // above: frame check sequence length

    Capture(bool isNanoseconds, ImmutableArray<CapturedPacket> packets) => (IsNanoseconds, Packets) = (isNanoseconds, packets);

    /// <summary>Whether fractions of seconds are nanoseconds.</summary>
    public bool IsNanoseconds { get; }

    /// <summary>The packets in order.</summary>
    public ImmutableArray<CapturedPacket> Packets { get; }

    /// <summary>Reads a capture that has packets.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BpfException">It cannot be read or is none.</exception>
    public static Capture Load(string path)
    {
        Capture capture = Parse(Files.Read(path, "give the path of a .pcap file that may be read"), path);
        if (!capture.Packets.IsEmpty)
            return capture;
        throw Refuse(CliDiagnostics.CaptureEmpty, path, null, "the file holds no packet", "capture at least one");
    }

    /// <summary>Reads a capture from memory.</summary>
    /// <param name="data">The file.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <exception cref="BpfFormatException">It is none.</exception>
    public static Capture Parse(ReadOnlyMemory<byte> data, string name)
    {
        ReadOnlySpan<byte> file = data.Span;
        bool isBig = CheckHeader(file, name, out bool isNanoseconds);
        var packets = ImmutableArray.CreateBuilder<CapturedPacket>();
        int at = FileHeaderSize;
        while (at < file.Length)
        {
            if (file.Length - at < RecordHeaderSize)
                throw Cut(name, at, $"{file.Length - at} bytes of a record's header of {RecordHeaderSize}", packets.Count);
            uint kept = Word(file, at + 8, isBig);
            if (kept > (uint)(file.Length - at - RecordHeaderSize))
                throw Cut(name, at, $"{file.Length - at - RecordHeaderSize} of the {kept} bytes of a packet", packets.Count);
            packets.Add(new CapturedPacket(
                Word(file, at, isBig),
                Word(file, at + 4, isBig),
                data.Slice(at + RecordHeaderSize, (int)kept),
                (int)Math.Clamp(Word(file, at + 12, isBig), kept, int.MaxValue)));
            at += RecordHeaderSize + (int)kept;
        }

        return new Capture(isNanoseconds, packets.ToImmutable());
    }

    // Returns the byte order.
    static bool CheckHeader(ReadOnlySpan<byte> file, string name, out bool isNanoseconds)
    {
        isNanoseconds = false;
        uint magic = file.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file);
        if (magic == MagicSectionHeader)
            throw Refuse(CliDiagnostics.CaptureIsPcapng, name, 0, "the file is a pcapng capture", "convert it: editcap -F pcap IN OUT, or tcpdump -r IN -w OUT");
        if ((ushort)magic == MagicGzip)
            throw Refuse(CliDiagnostics.NotACapture, name, 0, "the file is compressed with gzip", "unpack it first: gunzip FILE");
        bool isBig = BinaryPrimitives.ReverseEndianness(magic) is MagicMicroseconds or MagicNanoseconds;
        if (isBig)
            magic = BinaryPrimitives.ReverseEndianness(magic);
        if (magic is not (MagicMicroseconds or MagicNanoseconds))
            throw Refuse(CliDiagnostics.NotACapture, name, 0, $"the file begins with {FirstBytes(file)}, not with the mark of a capture", "give a .pcap file, as tcpdump -w writes them");
        if (file.Length < FileHeaderSize)
            throw Cut(name, 0, $"{file.Length} bytes of the file's header of {FileHeaderSize}", 0);
        isNanoseconds = magic == MagicNanoseconds;
        uint link = Word(file, LinkTypeOffset, isBig) & LinkTypeMask;
        if (link != LinkEthernet)
            throw Refuse(CliDiagnostics.CaptureLinkType, name, LinkTypeOffset, $"the packets are of link type {LinkName(link)}, not Ethernet (1)", "capture on an Ethernet interface, not on 'any'");
        return isBig;
    }

    static string FirstBytes(ReadOnlySpan<byte> file) => file.IsEmpty
        ? "nothing"
        : Convert.ToHexStringLower(file[..Math.Min(4, file.Length)]);

    static string LinkName(uint link) => link switch
    {
        0 => "0 (loopback)",
        101 => "101 (raw IP)",
        105 => "105 (802.11)",
        113 => "113 (Linux 'any')",
        276 => "276 (Linux 'any', version 2)",
        _ => $"{link}",
    };

    static uint Word(ReadOnlySpan<byte> file, int offset, bool isBig) => isBig
        ? BinaryPrimitives.ReadUInt32BigEndian(file[offset..])
        : BinaryPrimitives.ReadUInt32LittleEndian(file[offset..]);

    static BpfFormatException Cut(string name, int offset, string have, int packets) =>
        Refuse(CliDiagnostics.CaptureTruncated, name, offset, $"the file ends after {have}, behind {packets} whole packets", "capture or copy it again");

    static BpfFormatException Refuse(DiagnosticDescriptor descriptor, string name, int? offset, string message, string hint) =>
        new(descriptor.At(new DiagnosticPlace { File = name, Offset = offset }, message, hint));
}
