// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NopTap.Contexts;

/// <summary>Zeroed memory at an address that never changes, in an array of the pinned heap.</summary>
/// <remarks>
/// Every span and reference that is made of it points into the array and so keeps it alive: none can outlive its memory, whatever becomes of
/// the object that gave it. Only who passes <see cref="Address"/> on keeps this object alive himself (a run does).
/// </remarks>
internal sealed unsafe class PinnedMemory
{
    const int Alignment = 64;

    readonly byte[] _array;
    readonly int _start;
    readonly int _size;

    /// <summary>Allocates.</summary>
    /// <param name="size">Bytes.</param>
    internal PinnedMemory(int size)
    {
        _array = GC.AllocateArray<byte>(size + Alignment - 1, pinned: true);
        _size = size;
        // SAFETY: an array of the pinned heap stays where it is for as long as anything refers to it, and this object does.
        nint array = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        nint aligned = (array + Alignment - 1) & -Alignment;
        _start = (int)(aligned - array);
        Address = (byte*)aligned;
    }

    /// <summary>First byte; a multiple of 64. Good while this object is referred to.</summary>
    internal byte* Address { get; }

    /// <summary>A structure in it.</summary>
    /// <param name="offset">Byte at which it starts; all of it lies inside.</param>
    internal ref T At<T>(int offset)
        where T : unmanaged => ref MemoryMarshal.AsRef<T>(_array.AsSpan(_start + offset, Unsafe.SizeOf<T>()));

    /// <summary>The bytes between two addresses; empty when they are not two in this memory, the lower one first.</summary>
    internal ReadOnlySpan<byte> Between(byte* start, byte* end)
    {
        long first = start - Address;
        long length = end - start;
        return first >= 0 && length >= 0 && first + length <= _size ? _array.AsSpan(_start + (int)first, (int)length) : default;
    }
}
