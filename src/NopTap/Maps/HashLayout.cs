// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Security.Cryptography;
using NopTap.Formats;
using NopTap.Jit.Abi;

namespace NopTap.Maps;

/// <summary>Where the parts of a hash lie in its one mapping: head, buckets, free links, elements, values of each processor.</summary>
internal readonly struct HashLayout
{
    internal readonly uint BucketCount;
    internal readonly uint ElementCount;
    internal readonly uint ElementStride;
    internal readonly uint ValueOffset;
    internal readonly ulong Buckets;
    internal readonly ulong FreeLinks;
    internal readonly ulong Elements;
    internal readonly ulong ProcessorValues;
    internal readonly ulong ProcessorStride;
    internal readonly ulong Total;
    readonly bool _hasSeed;

    /// <summary>Lays out a hash.</summary>
    /// <param name="spec">Its definition.</param>
    /// <param name="valueSize">Bytes of a value in memory; for per-cpu maps of one processor.</param>
    /// <param name="perProcessor">Whether each processor has a value of its own.</param>
    /// <param name="head">Bytes before the first part.</param>
    internal HashLayout(MapSpec spec, uint valueSize, bool perProcessor, ulong head)
    {
        _hasSeed = ((MapFlags)spec.Flags & MapFlags.ZeroSeed) == 0;
        BucketCount = BitOperations.RoundUpToPowerOf2(spec.MaxEntries);
        ElementCount = spec.MaxEntries + HashTable.SpareElements + 1;
        ValueOffset = HashTable.KeyOffset + AlignTo8(spec.KeySize);
        ElementStride = ValueOffset + (perProcessor ? 0 : AlignTo8(valueSize));
        Buckets = head;
        FreeLinks = Buckets + AlignToPage(BucketCount * 8ul);
        Elements = FreeLinks + AlignToPage((ulong)ElementCount * sizeof(uint));
        ProcessorValues = Elements + AlignToPage((ulong)ElementCount * ElementStride);
        ProcessorStride = perProcessor ? (((ulong)ElementCount * AlignTo8(valueSize)) + 127) & ~127ul : 0;
        Total = ProcessorValues + AlignToPage(ProcessorStride * ProcessorSlots.Maximum);
    }

    /// <summary>Writes the places into the head of a map at the start of its mapping.</summary>
    internal unsafe void Apply(MapHeader* header)
    {
        byte* start = (byte*)header;
        header->Buckets = start + Buckets;
        header->BucketMask = BucketCount - 1;
        header->FreeLinks = (uint*)(start + FreeLinks);
        header->Values = start + Elements;
        header->ElementStride = ElementStride;
        header->ElementValueOffset = ValueOffset;
        header->ElementCount = ElementCount;
        header->HighWater = 1;
        header->ProcessorStride = ProcessorStride;
        header->ProcessorValues = ProcessorStride == 0 ? null : start + ProcessorValues;
        header->HashSeed = _hasSeed ? (uint)RandomNumberGenerator.GetInt32(int.MaxValue) : 0;
    }

    static uint AlignTo8(uint size) => (size + 7) & ~7u;

    static ulong AlignToPage(ulong size) => (size + 4095) & ~4095ul;
}
