// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace NopTap.Contexts;

/// <summary>Legacy packet loads (RFC 9669, section 5.5) from a socket buffer.</summary>
internal static unsafe class PacketLoads
{
    /// <summary>Offsets from here on count from the network header (<c>SKF_NET_OFF</c>).</summary>
    const int NetworkOffset = -0x100000;

    /// <summary>Offsets from here on count from the link-layer header (<c>SKF_LL_OFF</c>).</summary>
    const int LinkOffset = -0x200000;

    const int LinkHeader = 14;

    /// <summary>Loads 1, 2 or 4 bytes as a big-endian number; false when they do not lie in the packet.</summary>
    internal static bool TryLoad(SkbContext* context, int offset, int size, out uint value)
    {
        value = 0;
        byte* link = context->HardStart + PacketBuffer.Headroom;
        byte* start = context->Data;
        long distance = offset;
        if (offset < 0)
        {
            bool isNetwork = offset >= NetworkOffset;
            start = isNetwork ? link + LinkHeader : link;
            distance = (long)offset - (isNetwork ? NetworkOffset : LinkOffset);
        }

        if (distance < 0 || distance + size > context->DataEnd - start)
            return false;
        var bytes = new ReadOnlySpan<byte>(start + distance, size);
        value = size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        };
        return true;
    }
}
