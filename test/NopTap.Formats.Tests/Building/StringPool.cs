// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.Formats.Tests.Building;

/// <summary>A string table under construction.</summary>
sealed class StringPool
{
    readonly List<byte> _bytes = [0];

    public uint Add(string text)
    {
        if (text.Length == 0)
            return 0;
        uint offset = (uint)_bytes.Count;
        _bytes.AddRange(Encoding.UTF8.GetBytes(text));
        _bytes.Add(0);
        return offset;
    }

    public byte[] ToArray() => [.. _bytes];
}
