// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using static NopTap.Samples.Traffic.PacketBuilder;

namespace NopTap.Samples.Traffic;

/// <summary>
/// Half a minute at the door of one host: web, name service, time, ping, telephony and telnet over IPv4 and IPv6, a few
/// sources that a firewall would block, a tagged frame, ARP, fragments, and packets that are cut short or wrong.
/// </summary>
public static class Scenario
{
    const byte Fin = 1, Syn = 2, Push = 8, Ack = 16;

    static readonly IPAddress s_host = IPAddress.Parse("192.0.2.10");
    static readonly IPAddress s_host6 = IPAddress.Parse("2001:db8::10");

    /// <summary>Packets in the capture.</summary>
    public static int PacketCount => Write().Count;

    /// <summary>The capture file: the same bytes at each call.</summary>
    public static byte[] Build() => Write().ToArray();

    static PcapWriter Write()
    {
        var traffic = new Timeline();
        for (int round = 0; round < 7; round++)
        {
            Web(traffic, Client4(round), s_host, (ushort)(40000 + round));
            Names(traffic, Client4(round + 3), s_host, (ushort)(50000 + round));
            Web(traffic, Client6(round), s_host6, (ushort)(41000 + round));
            Names(traffic, Client6(round + 2), s_host6, (ushort)(51000 + round));
            Ping(traffic, Client4(round), s_host, (ushort)round);
            Ping(traffic, Client6(round), s_host6, (ushort)round);
            Voice(traffic, Client4(7), round);
            Unwanted(traffic, round);
        }

        Oddities(traffic);
        return traffic.Writer;
    }

    static IPAddress Client4(int n) => new([203, 0, 113, (byte)(20 + n)]);

    static IPAddress Client6(int n) => IPAddress.Parse($"2001:db8:1::{n + 1:x}");

    /// <summary>A request, its segments as the host receives them: handshake, request, acknowledgements, end.</summary>
    static void Web(Timeline traffic, IPAddress client, IPAddress host, ushort port)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET /{port} HTTP/1.1\r\nHost: www.example\r\n\r\n");
        uint sequence = port * 1000u;
        Segment(traffic, client, host, port, sequence, 0, Syn, []);
        Segment(traffic, client, host, port, sequence + 1, 7001, Ack, []);
        Segment(traffic, client, host, port, sequence + 1, 7001, Push | Ack, request);
        uint end = sequence + 1 + (uint)request.Length;
        Segment(traffic, client, host, port, end, 8449, Ack, []);
        Segment(traffic, client, host, port, end, 9897, Ack, []);
        Segment(traffic, client, host, port, end, 9898, Fin | Ack, []);
    }

    static void Segment(
        Timeline traffic, IPAddress client, IPAddress host, ushort port, uint sequence, uint acknowledged, byte flags, byte[] payload) =>
        traffic.Ip(client, host, Tcp, TcpSegment(client, host, port, 443, sequence, acknowledged, flags, payload));

    static void Names(Timeline traffic, IPAddress client, IPAddress host, ushort port)
    {
        byte[] query = [(byte)(port >> 8), (byte)port, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, .. "www"u8, 7, .. "example"u8, 0, 0, 1, 0, 1];
        traffic.Ip(client, host, Udp, UdpDatagram(client, host, port, 53, query));
        byte[] time = new byte[48];
        time[0] = 0x23;
        traffic.Ip(client, host, Udp, UdpDatagram(client, host, 123, 123, time));
    }

    static void Ping(Timeline traffic, IPAddress client, IPAddress host, ushort id)
    {
        bool v6 = client.GetAddressBytes().Length == 16;
        for (ushort sequence = 1; sequence <= 2; sequence++)
            traffic.Ip(client, host, v6 ? IcmpV6 : Icmp, Echo(client, host, v6 ? (byte)128 : (byte)8, id, sequence, Filled(32)));
    }

    /// <summary>Telephony: expedited forwarding (DSCP 46).</summary>
    static void Voice(Timeline traffic, IPAddress client, int round)
    {
        for (int i = 0; i < 3; i++)
            traffic.Ip(client, s_host, Udp, UdpDatagram(client, s_host, 16384, 16386, Filled(160)), dscp: 46);
        if (round % 3 == 0)
            traffic.Ip(client, s_host, Udp, UdpDatagram(client, s_host, 5060, 5060, "OPTIONS sip:host SIP/2.0\r\n\r\n"u8), dscp: 24);
    }

    /// <summary>A source in the documentation network 198.51.100.0/24, telnet, and one whose network is reserved.</summary>
    static void Unwanted(Timeline traffic, int round)
    {
        IPAddress scanner = new([198, 51, 100, (byte)(7 + round)]);
        traffic.Ip(scanner, s_host, Tcp, TcpSegment(scanner, s_host, 6000, (ushort)(20 + round), 1, 0, Syn, []));
        if (round % 2 == 0)
        {
            IPAddress client = Client4(round);
            traffic.Ip(client, s_host, Tcp, TcpSegment(client, s_host, 42000, 23, 9, 0, Syn, []));
        }

        if (round == 4)
        {
            IPAddress reserved = new([240, 0, 0, 1]);
            traffic.Ip(reserved, s_host, Udp, UdpDatagram(reserved, s_host, 9, 9, Filled(4)));
        }
    }

    static void Oddities(Timeline traffic)
    {
        IPAddress client = Client4(1);
        byte[] datagram = UdpDatagram(client, s_host, 2000, 2001, Filled(64));

        traffic.Frame(EthernetFrame(TypeIPv4, IPv4(client, s_host, Udp, datagram, 900), vlan: 42));
        traffic.Frame(EthernetFrame(TypeArp, Filled(28)));
        traffic.Frame(EthernetFrame(TypeIPv4, IPv4(client, s_host, Udp, datagram, 901, options: 12)));
        traffic.Frame(EthernetFrame(TypeIPv4, IPv4(client, s_host, Udp, datagram.AsSpan(0, 40), 902, moreFragments: true)));
        traffic.Frame(EthernetFrame(TypeIPv4, IPv4(client, s_host, Udp, datagram.AsSpan(40), 902, fragmentOffset: 40)));

        // IPv6 with a destination-options header before UDP
        byte[] datagram6 = UdpDatagram(Client6(1), s_host6, 2000, 2001, Filled(16));
        byte[] extended = [Udp, 0, 1, 4, 0, 0, 0, 0, .. datagram6];
        traffic.Frame(EthernetFrame(TypeIPv6, IPv6(Client6(1), s_host6, 60, extended)));

        // cut in each header in turn
        byte[] whole = EthernetFrame(TypeIPv4, IPv4(client, s_host, Tcp, TcpSegment(client, s_host, 1, 80, 1, 0, Syn, []), 903));
        byte[] whole6 = EthernetFrame(TypeIPv6, IPv6(Client6(1), s_host6, Udp, datagram6));
        traffic.Frame(whole, captured: 10);
        traffic.Frame(whole, captured: 30);
        traffic.Frame(whole, captured: 44);
        traffic.Frame(whole6, captured: 40);
        traffic.Frame(whole6, captured: 58);

        // a header length of 16 bytes, and a UDP length that is too small
        byte[] shortHeader = IPv4(client, s_host, Udp, datagram, 904);
        shortHeader[0] = 0x44;
        traffic.Frame(EthernetFrame(TypeIPv4, shortHeader));
        byte[] shortLength = IPv4(client, s_host, Udp, datagram, 905);
        shortLength[25] = 4;
        traffic.Frame(EthernetFrame(TypeIPv4, shortLength));
    }

    static byte[] Filled(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)('a' + i % 26);
        return bytes;
    }

    /// <summary>Packets in order of time, which passes in uneven but fixed steps.</summary>
    sealed class Timeline
    {
        long _now = 1_767_225_600_000_000; // 2026-01-01 00:00 UTC, in microseconds
        ushort _id = 1;

        public PcapWriter Writer { get; } = new();

        public void Ip(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> payload, byte dscp = 0)
        {
            bool v6 = source.GetAddressBytes().Length == 16;
            Frame(v6
                ? EthernetFrame(TypeIPv6, IPv6(source, destination, protocol, payload, (byte)(dscp << 2)))
                : EthernetFrame(TypeIPv4, IPv4(source, destination, protocol, payload, _id++, dscp)));
        }

        public void Frame(byte[] frame, int captured = -1)
        {
            Writer.Add(_now, frame, captured < 0 ? frame.Length : captured);
            _now += 100_000 + Writer.Count * 7919 % 50_000;
        }
    }
}
