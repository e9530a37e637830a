// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace NopTap.Helpers;

/// <summary>The internet checksum (RFC 1071) and its update when a part of what it covers changes (RFC 1624).</summary>
/// <remarks>
/// Sums are 32 bits of one's complement in the byte order of memory; a checksum is 16 of them, complemented. One's complement addition
/// does not care for the order of the bytes of a half, so nothing is swapped.
/// </remarks>
internal static class Checksum
{
    /// <summary>One's complement sum.</summary>
    internal static uint Add(uint sum, uint more)
    {
        ulong wide = (ulong)sum + more;
        return (uint)wide + (uint)(wide >> 32);
    }

    /// <summary>One's complement difference.</summary>
    internal static uint Subtract(uint sum, uint less) => Add(sum, ~less);

    /// <summary>A sum as 16 bits, not complemented.</summary>
    internal static ushort Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)((sum & 0xffff) + (sum >> 16));
    }

    /// <summary>Adds words to a sum.</summary>
    /// <param name="bytes">The bytes; zeros fill the last word.</param>
    /// <param name="sum">The sum so far.</param>
    internal static uint Of(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (; bytes.Length >= sizeof(uint); bytes = bytes[sizeof(uint)..])
            sum = Add(sum, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        if (bytes.IsEmpty)
            return sum;
        Span<byte> last = stackalloc byte[sizeof(uint)];
        last.Clear();
        bytes.CopyTo(last);
        return Add(sum, BinaryPrimitives.ReadUInt32LittleEndian(last));
    }

    /// <summary>A checksum of which a word was replaced.</summary>
    internal static ushort Replace(ushort checksum, uint from, uint to) => (ushort)~Fold(Add(Subtract((ushort)~checksum, from), to));

    /// <summary>A checksum of which a difference of sums is known.</summary>
    internal static ushort Change(ushort checksum, uint difference) => (ushort)~Fold(Add(difference, (ushort)~checksum));
}
