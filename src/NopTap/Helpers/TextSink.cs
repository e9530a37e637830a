// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Helpers;

/// <summary>Takes a text of any length: keeps what fits and counts the rest, so that a wide field costs no memory.</summary>
/// <param name="room">Where the text goes.</param>
internal ref struct TextSink(Span<byte> room)
{
    readonly Span<byte> _room = room;

    /// <summary>Bytes of the whole text so far.</summary>
    internal int Length { get; private set; }

    /// <summary>What was kept.</summary>
    internal readonly ReadOnlySpan<byte> Kept => _room[..Math.Min(Length, _room.Length)];

    internal void Append(scoped ReadOnlySpan<byte> text)
    {
        if (Length < _room.Length)
            text[..Math.Min(text.Length, _room.Length - Length)].CopyTo(_room[Length..]);
        Length += text.Length;
    }

    internal void Fill(byte c, int count)
    {
        if (count <= 0)
            return;
        if (Length < _room.Length)
            _room.Slice(Length, Math.Min(count, _room.Length - Length)).Fill(c);
        Length += count;
    }
}
