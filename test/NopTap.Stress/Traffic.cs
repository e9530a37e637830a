// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.TestKit;

namespace NopTap.Stress;

/// <summary>The firewall sample, its packets, and the kernel's verdict on each.</summary>
sealed class Traffic
{
    internal const int Drop = 1;
    internal const int Pass = 2;

    // The packet that the calling thread is running, for its observers.
    [ThreadStatic]
    static byte[]? t_packet;

    [ThreadStatic]
    static int t_verdict;

    internal Traffic()
    {
        Packets = ReadCapture(Repository.PathOf("samples", "traffic", "traffic.pcap"));
        string verdicts = File.ReadAllText(Repository.PathOf("samples", "traffic", "firewall.verdicts")).ReplaceLineEndings("");
        Verdicts = [.. verdicts.Select(letter => letter == 'P' ? Pass : Drop)];
    }

    internal static byte[] Current => t_packet!;

    internal static int CurrentVerdict => t_verdict;

    internal IReadOnlyList<byte[]> Packets { get; }

    internal int[] Verdicts { get; }

    internal void Choose(int index)
    {
        t_packet = Packets[index];
        t_verdict = Verdicts[index];
    }

    static List<byte[]> ReadCapture(string path)
    {
        const int FileHeader = 24;
        const int RecordHeader = 16;
        const int LengthOffset = 8;
        byte[] file = File.ReadAllBytes(path);
        var packets = new List<byte[]>();
        for (int at = FileHeader; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + LengthOffset));
            packets.Add(file.AsSpan(at + RecordHeader, length).ToArray());
            at += RecordHeader + length;
        }

        return packets;
    }
}
