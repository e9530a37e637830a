// SPDX-License-Identifier: Apache-2.0

using Iced.Intel;

namespace NopTap.Jit;

/// <summary>The growing bytes that an encoder writes.</summary>
sealed class CodeBuffer : CodeWriter
{
    byte[] _bytes = new byte[1024];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <inheritdoc/>
    public override void WriteByte(byte value)
    {
        if (Length == _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        _bytes[Length++] = value;
    }
}
