// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.Formats;

/// <summary>NUL-terminated strings addressed by offset; each offset is decoded once.</summary>
/// <remarks>
/// Crafted offsets into the middle of one long string could make the decoded text quadratic in the size of the file, so the total is
/// bounded by a small multiple of the table: honest tables share only short suffixes.
/// </remarks>
/// <param name="bytes">The table.</param>
sealed class StringTable(ReadOnlyMemory<byte> bytes)
{
    readonly Dictionary<uint, string> _decoded = [];
    long _budget = 8L * bytes.Length + 4096;

    public int Length => bytes.Length;

    /// <summary>Text at an offset; false when there is none that ends, or when far more text is asked for than the table holds.</summary>
    public bool TryGet(uint offset, out string text)
    {
        text = "";
        if (_decoded.TryGetValue(offset, out string? known))
        {
            text = known;
            return true;
        }

        if (offset >= (uint)bytes.Length)
            return false;
        ReadOnlySpan<byte> rest = bytes.Span[(int)offset..];
        int length = rest.IndexOf((byte)0);
        if (length < 0 || (_budget -= length) < 0)
            return false;
        text = Encoding.UTF8.GetString(rest[..length]);
        _decoded.Add(offset, text);
        return true;
    }
}
