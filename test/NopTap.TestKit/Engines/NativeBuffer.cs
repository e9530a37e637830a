// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.TestKit.Engines;

/// <summary>A private copy of some bytes in native memory, at an address that programs can hold.</summary>
public sealed unsafe class NativeBuffer : IDisposable
{
    byte* _bytes;

    /// <summary>Copies bytes.</summary>
    public NativeBuffer(ReadOnlySpan<byte> content)
    {
        Length = content.Length;
        _bytes = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(content.Length, 1), 64);
        content.CopyTo(Span);
    }

    /// <summary>Address of the first byte; 0 for an empty buffer.</summary>
    public ulong Address => Length == 0 ? 0 : (ulong)_bytes;

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes.</summary>
    public Span<byte> Span => new(_bytes, Length);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_bytes);
        _bytes = null;
    }
}
