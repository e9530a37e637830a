// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>Address ranges of the memory of all live maps, for look-ups without a lock.</summary>
internal static class MapRegions
{
    static ImmutableArray<Range> s_ranges = [];

    /// <summary>Ranges now.</summary>
    internal static int Count => s_ranges.Length;

    /// <summary>The map whose memory holds an address, or null. Inside a run the answer stays true until the run ends.</summary>
    internal static BpfMap? Find(ulong address)
    {
        ReadOnlySpan<Range> ranges = s_ranges.AsSpan();
        int low = 0;
        int high = ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (address < ranges[middle].Start)
                high = middle - 1;
            else if (address >= ranges[middle].End)
                low = middle + 1;
            else
                return MapMemory.Owner(ranges[middle].Owner);
        }

        return null;
    }

    internal static unsafe void Add(MappedMemory memory, nint owner) => ImmutableInterlocked.Update(
        ref s_ranges,
        static (ranges, added) => ranges.Insert(~ranges.BinarySearch(added), added),
        new Range((ulong)memory.Address, (ulong)memory.Address + memory.Length, owner, memory));

    internal static unsafe void Remove(MappedMemory memory) => ImmutableInterlocked.Update(
        ref s_ranges,
        static (ranges, removed) =>
        {
            int index = ranges.BinarySearch(removed);
            return index < 0 ? ranges : ranges.RemoveAt(index);
        },
        new Range((ulong)memory.Address, 0, 0, memory));

    // Holding the memory here keeps its finalizer away as long as it can be found.
    readonly record struct Range(ulong Start, ulong End, nint Owner, MappedMemory Memory) : IComparable<Range>
    {
        public int CompareTo(Range other) => Start.CompareTo(other.Start);
    }
}
