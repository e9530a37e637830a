// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Jit.Abi;

/// <summary>A range of native memory; empty when both ends are zero.</summary>
/// <param name="start">First byte.</param>
/// <param name="end">One past the last byte.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MemoryWindow(ulong start, ulong end)
{
    /// <summary>First byte.</summary>
    public readonly ulong Start = start;

    /// <summary>One past the last byte.</summary>
    public readonly ulong End = end;

    /// <summary>Whether <paramref name="size"/> bytes at <paramref name="address"/> lie inside.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="size">Number of bytes.</param>
    public bool Contains(ulong address, ulong size) => address >= Start && address <= End && size <= End - address;
}
