// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Cli.Captures;
using NopTap.Isa;

namespace NopTap.Cli.Tests;

public sealed class CaptureTests
{
    static readonly byte[] s_packet = [1, 2, 3, 4, 5];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void ReadsBothByteOrdersAndBothUnits(bool isBig, bool isNanoseconds)
    {
        Capture capture = Capture.Parse(Make(isBig, isNanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, link: 1), "x");
        Assert.Equal(isNanoseconds, capture.IsNanoseconds);
        CapturedPacket packet = Assert.Single(capture.Packets);
        Assert.Equal((7u, 8u, 60), (packet.Seconds, packet.Fraction, packet.OriginalLength));
        Assert.Equal(s_packet, packet.Data.ToArray());
    }

    [Fact]
    public void FrameCheckSequenceBitsAreNoLinkType() => Assert.Single(Capture.Parse(Make(false, 0xa1b2c3d4, link: 0x2400_0001), "x").Packets);

    [Fact]
    public void WritesWhatItReads()
    {
        byte[] file = File.ReadAllBytes(ToolRun.Traffic);
        Capture capture = Capture.Parse(file, "x");
        var writer = new CaptureWriter(capture.IsNanoseconds);
        foreach (CapturedPacket packet in capture.Packets)
            writer.Add(packet, packet.Data.Span);
        Assert.Equal(file, writer.Written.ToArray());
        Assert.Equal(capture.Packets.Length, writer.Count);
    }

    [Fact]
    public void EveryPrefixIsWholePacketsOrADiagnostic()
    {
        byte[] file = Make(false, 0xa1b2c3d4, link: 1);
        for (int length = 0; length < file.Length; length++)
        {
            if (length == Capture.FileHeaderSize)
            {
                Assert.Empty(Capture.Parse(file.AsMemory(0, length), "x").Packets);
                continue;
            }

            BpfFormatException e = Assert.Throws<BpfFormatException>(() => Capture.Parse(file.AsMemory(0, length), "x"));
            Assert.Equal(length < 4 ? CliDiagnostics.NotACapture.Id : CliDiagnostics.CaptureTruncated.Id, e.Diagnostic.Id);
        }
    }

    public static byte[] Make(bool isBig, uint magic, uint link)
    {
        using var file = new MemoryStream();
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint word in (uint[])[magic, isBig ? 0x0002_0004u : 0x0004_0002u, 0, 0, 65535, link, 7, 8, (uint)s_packet.Length, 60])
        {
            if (isBig)
                BinaryPrimitives.WriteUInt32BigEndian(bytes, word);
            else
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
            file.Write(bytes);
        }

        file.Write(s_packet);
        return file.ToArray();
    }
}
