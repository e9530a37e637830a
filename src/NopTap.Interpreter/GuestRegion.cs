// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>A piece of native memory that a program may touch.</summary>
/// <param name="Base">Address of its first byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="IsReadable">Whether programs may load from it; when neither this nor <paramref name="IsWritable"/>, only helpers may use it.</param>
/// <param name="IsWritable">Whether programs may store to it.</param>
/// <param name="Name">What it is, for diagnostics: <c>packet</c>, <c>value of map 'counts'</c>.</param>
internal readonly record struct GuestRegion(ulong Base, ulong Length, bool IsReadable, bool IsWritable, string Name)
{
    /// <summary>Whether every byte of an access lies inside.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="size">Bytes.</param>
    public bool Covers(ulong address, ulong size) => size <= Length && address - Base <= Length - size;

    /// <summary>Bytes between an address and the nearest byte of this region; 0 inside it.</summary>
    /// <param name="address">The address.</param>
    public ulong DistanceTo(ulong address)
    {
        if (address < Base)
            return Base - address;
        ulong offset = address - Base;
        return offset < Length ? 0 : offset - Length + 1;
    }
}
