// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Samples.Traffic;

namespace NopTap.Samples.Tests;

public sealed class TrafficTests
{
    [Fact]
    public void TheCommittedCaptureIsWhatTheProgramWrites() =>
        Assert.Equal(File.ReadAllBytes(RepositoryTree.At("samples", "traffic", "traffic.pcap")), Scenario.Build());

    [Fact]
    public void TheCaptureHoldsEveryKindOfTraffic()
    {
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int packets = 0;
        byte[] capture = Scenario.Build();
        for (int at = 24; at < capture.Length;)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(at + 8));
            int original = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(at + 12));
            string kind = captured < original ? "cut" : Kind(capture.AsSpan(at + 16, captured));
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            at += 16 + captured;
            packets++;
        }

        Assert.Equal(Scenario.PacketCount, packets);
        string[] wanted =
        [
            "cut", "ip4/1", "ip4/17", "ip4/6", "ip6/17", "ip6/58", "ip6/6", "ip6/60", "type 0806", "type 8100",
        ];
        Assert.Equal(wanted, kinds.Keys);
    }

    [Fact]
    public void EveryWholeHeaderHasARightChecksumButTheOneThatIsWrongOnPurpose()
    {
        int wrong = 0;
        byte[] capture = Scenario.Build();
        for (int at = 24; at < capture.Length;)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(at + 8));
            ReadOnlySpan<byte> packet = capture.AsSpan(at + 16, captured);
            at += 16 + captured;
            if (captured < 60 || BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) != 0x0800)
                continue;
            int length = (packet[14] & 15) * 4;
            if (OnesComplementSum(packet.Slice(14, length)) != 0xffff)
                wrong++;
        }

        Assert.Equal(1, wrong);
    }

    [Fact]
    public void EveryPacketHasAVerdictToCompareWith()
    {
        string verdicts = File.ReadAllText(RepositoryTree.At("samples", "traffic", "firewall.verdicts")).TrimEnd('\n');
        Assert.Equal(Scenario.PacketCount, verdicts.Length);
        Assert.Equal((170, 19), (verdicts.Count(c => c == 'P'), verdicts.Count(c => c == 'D')));
    }

    static string Kind(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) switch
    {
        0x0800 => $"ip4/{packet[23]}",
        0x86dd => $"ip6/{packet[20]}",
        ushort type => $"type {type:x4}",
    };

    static uint OnesComplementSum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return sum;
    }
}
