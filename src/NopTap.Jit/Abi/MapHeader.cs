// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Jit.Abi;

/// <summary>
/// The native head of a live map. Its address is what a program holds as a map pointer; helpers and emitted look-ups read it.
/// </summary>
/// <remarks>
/// Lives as long as its map; only the fields of its own kind of map mean something.
/// <para>
/// Hash look-up: <c>bucket = Buckets + 8 * (hash &amp; BucketMask)</c> holds {int head, int lock}. A positive link is the number of an element
/// at <c>Values + number * ElementStride</c>: {int next, uint hash, key, zeros up to 8, value}. Zero, only ever in a head, is an empty bucket. A
/// negative link ends the chain and carries the bucket's number in its low 31 bits; when that is not the bucket where the walk began, an
/// element was recycled under the reader, who starts again.
/// </para>
/// <para>
/// Hash: <c>h = HashSeed</c>; for each 8 bytes of key and once for the 1 to 7 that remain (zero-extended, little endian):
/// <c>h = (h ^ word) * 0x9E3779B97F4A7C15; h ^= h &gt;&gt; 32</c>; the result is the low 32 bits.
/// </para>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal unsafe struct MapHeader
{
    /// <summary>Offset of <see cref="MaxEntries"/>, for machine code.</summary>
    public const int MaxEntriesOffset = 12;

    /// <summary>Offset of <see cref="ValueStride"/>, for machine code.</summary>
    public const int ValueStrideOffset = 24;

    /// <summary>Offset of <see cref="Values"/>, for machine code.</summary>
    public const int ValuesOffset = 32;

    /// <summary>Offset of <see cref="ProcessorStride"/>, for machine code.</summary>
    public const int ProcessorStrideOffset = 40;

    /// <summary>Offset of <see cref="Programs"/>, for machine code.</summary>
    public const int ProgramsOffset = 48;

    /// <summary>Offset of <see cref="Buckets"/>, for machine code.</summary>
    public const int BucketsOffset = 64;

    /// <summary>Offset of <see cref="BucketMask"/>, for machine code.</summary>
    public const int BucketMaskOffset = 72;

    /// <summary>Offset of <see cref="HashSeed"/>, for machine code.</summary>
    public const int HashSeedOffset = 76;

    /// <summary>Offset of <see cref="ElementStride"/>, for machine code.</summary>
    public const int ElementStrideOffset = 80;

    /// <summary>Offset of <see cref="ProcessorValues"/>, for machine code.</summary>
    public const int ProcessorValuesOffset = 88;

    /// <summary>Offset of <see cref="Ring"/>, for machine code.</summary>
    public const int RingOffset = 104;

    /// <summary>Offset of <see cref="RingMask"/>, for machine code.</summary>
    public const int RingMaskOffset = 112;

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
    [FieldOffset(MaxEntriesOffset)]
    public uint MaxEntries;

    /// <summary>BPF_F_* flags.</summary>
    [FieldOffset(16)]
    public uint Flags;

    /// <summary>Id of the map.</summary>
    [FieldOffset(20)]
    public uint Id;

    /// <summary>Array kinds: bytes from one value to the next (value size rounded up to 8).</summary>
    [FieldOffset(ValueStrideOffset)]
    public uint ValueStride;

    /// <summary>Array kinds: first value (of processor 0). Hash kinds: first element.</summary>
    [FieldOffset(ValuesOffset)]
    public byte* Values;

    /// <summary>Per-cpu arrays: bytes from one processor's values to the next one's.</summary>
    [FieldOffset(ProcessorStrideOffset)]
    public ulong ProcessorStride;

    /// <summary>Prog arrays: <see cref="MaxEntries"/> code addresses, 0 where empty; read by machine code, published with release order.</summary>
    [FieldOffset(ProgramsOffset)]
    public nint* Programs;

    /// <summary>Handle by which managed helpers find the managed map.</summary>
    [FieldOffset(56)]
    public nint Handle;

    /// <summary>Hash kinds: heads of the buckets.</summary>
    [FieldOffset(BucketsOffset)]
    public void* Buckets;

    /// <summary>Hash kinds: bucket count less one (a power of two less one).</summary>
    [FieldOffset(BucketMaskOffset)]
    public uint BucketMask;

    /// <summary>Hash kinds: seed of the hash.</summary>
    [FieldOffset(HashSeedOffset)]
    public uint HashSeed;

    /// <summary>Hash kinds: bytes of an element.</summary>
    [FieldOffset(ElementStrideOffset)]
    public uint ElementStride;

    /// <summary>Hash kinds: offset of the value in an element.</summary>
    [FieldOffset(84)]
    public uint ElementValueOffset;

    /// <summary>Per-cpu hashes: value 0 of processor 0; the value of an element lies at its number times <see cref="ValueStride"/>.</summary>
    [FieldOffset(ProcessorValuesOffset)]
    public byte* ProcessorValues;

    /// <summary>Hash kinds: for each element the number of the next free one.</summary>
    [FieldOffset(96)]
    public uint* FreeLinks;

    /// <summary>Ring buffers: the control pages and the data behind them, mapped twice.</summary>
    [FieldOffset(RingOffset)]
    public byte* Ring;

    /// <summary>Ring buffers: bytes of data less one.</summary>
    [FieldOffset(RingMaskOffset)]
    public ulong RingMask;

    /// <summary>Hash kinds: elements that exist, one more than the highest number.</summary>
    [FieldOffset(120)]
    public uint ElementCount;

    /// <summary>1 once frozen: the host may not write any more.</summary>
    [FieldOffset(124)]
    public uint Frozen;

    /// <summary>Hash kinds: top of the stack of free elements; change count above, number below.</summary>
    [FieldOffset(128)]
    public ulong FreeHead;

    /// <summary>Hash kinds: elements in use as far as capacity is concerned.</summary>
    [FieldOffset(136)]
    public long Count;

    /// <summary>Hash kinds: lowest element number that was never used.</summary>
    [FieldOffset(144)]
    public uint HighWater;

    /// <summary>1 when each value has a spin lock, at <see cref="LockOffset"/>.</summary>
    [FieldOffset(148)]
    public uint HasLock;

    /// <summary>Offset of the spin lock in a value.</summary>
    [FieldOffset(152)]
    public uint LockOffset;

    /// <summary>Tries: number of the node at the root, 0 for none.</summary>
    [FieldOffset(156)]
    public uint Root;

    /// <summary>Tries: 1 while a writer is at work.</summary>
    [FieldOffset(160)]
    public int WriterLock;

    /// <summary>Tries: odd while something is being changed.</summary>
    [FieldOffset(164)]
    public uint Sequence;
}
