// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>What a map takes of the budget for maps: the memory that it comes to when it is full, per-cpu values once for each processor that there is now.</summary>
/// <remarks>Memory of a map is reserved at once and backed as it is used, so this is a bound and no measure.</remarks>
internal static class MapCost
{
    const long Page = 4096;
    const ulong PointerSize = 8;

    // On the managed side an entry of a prog array or of a map of maps is a record of who is there.
    const long ManagedEntry = 24;

    /// <summary>Bytes that a map takes, its head included.</summary>
    /// <param name="spec">A definition that <see cref="MapDefinition.Check"/> accepts.</param>
    internal static long Of(MapSpec spec) => Page + spec.Type switch
    {
        MapType.Array => Values(spec),
        MapType.PercpuArray => Values(spec) * ProcessorSlots.Count,
        MapType.Hash or MapType.PercpuHash => Hash(spec, spec.ValueSize),
        MapType.ArrayOfMaps or MapType.ProgArray => spec.MaxEntries * ((long)PointerSize + ManagedEntry),
        MapType.HashOfMaps => Hash(spec, (uint)PointerSize) + (spec.MaxEntries * ManagedEntry),
        MapType.LpmTrie => LpmTrieMap.BytesOf(spec),
        _ => Page + spec.MaxEntries,
    };

    static long Values(MapSpec spec) => spec.MaxEntries * (((long)spec.ValueSize + 7) & ~7L);

    static long Hash(MapSpec spec, uint valueSize)
    {
        var layout = new HashLayout(spec, valueSize, spec.Type == MapType.PercpuHash, 0);
        return (long)(layout.ProcessorValues + (layout.ProcessorStride * (ulong)ProcessorSlots.Count));
    }
}
