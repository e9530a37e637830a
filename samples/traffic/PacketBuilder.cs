// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;

namespace NopTap.Samples.Traffic;

/// <summary>Builds Ethernet frames from the inside out, with correct lengths and checksums.</summary>
public static class PacketBuilder
{
    /// <summary>IP protocol numbers that the scenario uses.</summary>
    public const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;

    /// <summary>EtherTypes.</summary>
    public const ushort TypeIPv4 = 0x0800, TypeArp = 0x0806, TypeVlan = 0x8100, TypeIPv6 = 0x86dd;

    static readonly byte[] s_macOfHost = [0x02, 0, 0, 0, 0, 0x01];
    static readonly byte[] s_macOfPeer = [0x02, 0, 0, 0, 0, 0x02];

    /// <summary>Ethernet, with a VLAN tag when <paramref name="vlan"/> is not 0; padded to 60 bytes as a network card does.</summary>
    public static byte[] EthernetFrame(ushort type, ReadOnlySpan<byte> payload, ushort vlan = 0)
    {
        int header = vlan == 0 ? 14 : 18;
        byte[] frame = new byte[Math.Max(60, header + payload.Length)];
        s_macOfHost.CopyTo(frame, 0);
        s_macOfPeer.CopyTo(frame, 6);
        if (vlan != 0)
        {
            Put16(frame, 12, TypeVlan);
            Put16(frame, 14, vlan);
        }

        Put16(frame, header - 2, type);
        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }

    /// <summary>IPv4 with optional header options (a multiple of 4 bytes) and fragment offset in bytes.</summary>
    public static byte[] IPv4(
        IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> payload,
        ushort id, byte dscp = 0, int options = 0, int fragmentOffset = 0, bool moreFragments = false)
    {
        int header = 20 + options;
        byte[] packet = new byte[header + payload.Length];
        packet[0] = (byte)(0x40 | header / 4);
        packet[1] = (byte)(dscp << 2);
        Put16(packet, 2, (ushort)packet.Length);
        Put16(packet, 4, id);
        bool fragment = fragmentOffset != 0 || moreFragments;
        Put16(packet, 6, fragment ? (ushort)((moreFragments ? 0x2000 : 0) | fragmentOffset / 8) : (ushort)0x4000);
        packet[8] = 64;
        packet[9] = protocol;
        source.GetAddressBytes().CopyTo(packet, 12);
        destination.GetAddressBytes().CopyTo(packet, 16);
        packet.AsSpan(20, options).Fill(1); // no-operation options
        Put16(packet, 10, Checksum(packet.AsSpan(0, header), 0));
        payload.CopyTo(packet.AsSpan(header));
        return packet;
    }

    /// <summary>IPv6; <paramref name="payload"/> begins with the header that <paramref name="next"/> names.</summary>
    public static byte[] IPv6(IPAddress source, IPAddress destination, byte next, ReadOnlySpan<byte> payload, byte trafficClass = 0)
    {
        byte[] packet = new byte[40 + payload.Length];
        packet[0] = (byte)(0x60 | trafficClass >> 4);
        packet[1] = (byte)(trafficClass << 4);
        Put16(packet, 4, (ushort)payload.Length);
        packet[6] = next;
        packet[7] = 64;
        source.GetAddressBytes().CopyTo(packet, 8);
        destination.GetAddressBytes().CopyTo(packet, 24);
        payload.CopyTo(packet.AsSpan(40));
        return packet;
    }

    /// <summary>A TCP segment.</summary>
    public static byte[] TcpSegment(
        IPAddress source, IPAddress destination, ushort sourcePort, ushort port, uint sequence, uint acknowledged, byte flags,
        ReadOnlySpan<byte> payload)
    {
        byte[] segment = new byte[20 + payload.Length];
        Put16(segment, 0, sourcePort);
        Put16(segment, 2, port);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledged);
        segment[12] = 5 << 4;
        segment[13] = flags;
        Put16(segment, 14, 64240);
        payload.CopyTo(segment.AsSpan(20));
        Put16(segment, 16, Checksum(segment, PseudoHeader(source, destination, Tcp, segment.Length)));
        return segment;
    }

    /// <summary>A UDP datagram.</summary>
    public static byte[] UdpDatagram(IPAddress source, IPAddress destination, ushort sourcePort, ushort port, ReadOnlySpan<byte> payload)
    {
        byte[] datagram = new byte[8 + payload.Length];
        Put16(datagram, 0, sourcePort);
        Put16(datagram, 2, port);
        Put16(datagram, 4, (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        ushort sum = Checksum(datagram, PseudoHeader(source, destination, Udp, datagram.Length));
        Put16(datagram, 6, sum == 0 ? (ushort)0xffff : sum);
        return datagram;
    }

    /// <summary>An echo request or reply of ICMP, or of ICMPv6 when the addresses are.</summary>
    public static byte[] Echo(IPAddress source, IPAddress destination, byte type, ushort id, ushort sequence, ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[8 + payload.Length];
        message[0] = type;
        Put16(message, 4, id);
        Put16(message, 6, sequence);
        payload.CopyTo(message.AsSpan(8));
        bool v6 = source.GetAddressBytes().Length == 16;
        Put16(message, 2, Checksum(message, v6 ? PseudoHeader(source, destination, IcmpV6, message.Length) : 0));
        return message;
    }

    static uint PseudoHeader(IPAddress source, IPAddress destination, byte protocol, int length)
    {
        uint sum = (uint)(protocol + length);
        sum += Sum(source.GetAddressBytes());
        sum += Sum(destination.GetAddressBytes());
        return sum;
    }

    static ushort Checksum(ReadOnlySpan<byte> bytes, uint start)
    {
        uint sum = start + Sum(bytes);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        if ((bytes.Length & 1) != 0)
            sum += (uint)bytes[^1] << 8;
        return sum;
    }

    static void Put16(Span<byte> bytes, int offset, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(bytes[offset..], value);
}
