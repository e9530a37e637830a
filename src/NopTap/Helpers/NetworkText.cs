// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;

namespace NopTap.Helpers;

/// <summary>Addresses of networks as the kernel prints them.</summary>
internal static class NetworkText
{
    /// <summary>Writes an address; gives its length, at most 39.</summary>
    internal static int Write(PrintKind kind, ReadOnlySpan<byte> address, Span<byte> text)
    {
        int length = 0;
        for (int i = 0; i < address.Length; i++)
        {
            bool isSeparated = kind == PrintKind.Ip6 ? i > 0 && i % 2 == 0 : kind != PrintKind.BareIp6 && i > 0;
            if (isSeparated)
                text[length++] = kind == PrintKind.Ip6 ? (byte)':' : (byte)'.';
            ReadOnlySpan<char> format = kind switch { PrintKind.Ip4 => "", PrintKind.PaddedIp4 => "000", _ => "x2" };
            address[i].TryFormat(text[length..], out int digits, format, CultureInfo.InvariantCulture);
            length += digits;
        }

        return length;
    }
}
