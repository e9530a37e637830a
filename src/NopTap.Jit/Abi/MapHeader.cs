// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Jit.Abi;

/// <summary>
/// The native head of a live map. Its address is what a program holds as a map pointer; helpers and emitted look-ups read it.
/// </summary>
/// <remarks>Lives as long as its map; only the fields of its own kind of map mean something.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public unsafe struct MapHeader
{
    /// <summary>The kernel's map type number.</summary>
    [FieldOffset(0)]
    public uint Type;

    /// <summary>Bytes in a key.</summary>
    [FieldOffset(4)]
    public uint KeySize;

    /// <summary>Bytes in a value.</summary>
    [FieldOffset(8)]
    public uint ValueSize;

    /// <summary>Capacity.</summary>
    [FieldOffset(12)]
    public uint MaxEntries;

    /// <summary>BPF_F_* flags.</summary>
    [FieldOffset(16)]
    public uint Flags;

    /// <summary>Id of the map.</summary>
    [FieldOffset(20)]
    public uint Id;

    /// <summary>Array kinds: bytes from one value to the next (value size rounded up to 8).</summary>
    [FieldOffset(24)]
    public uint ValueStride;

    /// <summary>Array kinds: first value (of processor 0). Hash kinds: first element.</summary>
    [FieldOffset(32)]
    public byte* Values;

    /// <summary>Per-cpu arrays: bytes from one processor's values to the next one's.</summary>
    [FieldOffset(40)]
    public ulong ProcessorStride;

    /// <summary>Prog arrays: <see cref="MaxEntries"/> code addresses, 0 where empty; read by machine code, published with release order.</summary>
    [FieldOffset(48)]
    public nint* Programs;

    /// <summary>Handle by which managed helpers find the managed map.</summary>
    [FieldOffset(56)]
    public nint Handle;

    /// <summary>Hash kinds: heads of the buckets.</summary>
    [FieldOffset(64)]
    public void* Buckets;

    /// <summary>Hash kinds: bucket count less one (a power of two less one).</summary>
    [FieldOffset(72)]
    public uint BucketMask;

    /// <summary>Hash kinds: seed of the hash.</summary>
    [FieldOffset(76)]
    public uint HashSeed;

    /// <summary>Hash kinds: bytes of an element.</summary>
    [FieldOffset(80)]
    public uint ElementStride;

    /// <summary>Hash kinds: offset of the value in an element.</summary>
    [FieldOffset(84)]
    public uint ElementValueOffset;
}
