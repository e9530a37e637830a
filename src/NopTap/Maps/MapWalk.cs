// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Maps;

/// <summary>Walks the elements of a map for <c>bpf_for_each_map_elem</c>; the callback may update and delete while the walk goes on.</summary>
/// <remarks>An element that is recycled for another bucket while it is visited ends the walk of its bucket early, nothing worse.</remarks>
/// <param name="map">The map, array or hash kinds.</param>
/// <param name="thread">The thread of the run: whose values of a per-cpu map are shown, and whose rounds are taken.</param>
/// <param name="cursor">0 for the start, or where another walk stood.</param>
internal unsafe struct MapWalk(MapHeader* map, ThreadBlock* thread, ulong cursor = 0)
{
    const uint BucketsARound = 1024;

    readonly MapHeader* _map = map;
    readonly ThreadBlock* _thread = thread;
    uint _index = (uint)cursor;
    int _link = (int)(cursor >> 32);

    /// <summary>Where the walk stands, for another walk to go on from.</summary>
    internal readonly ulong Cursor => ((ulong)(uint)_link << 32) | _index;

    /// <summary>Key of the element; for arrays a pointer to <see cref="ArrayIndex"/> must be given instead.</summary>
    internal byte* Key { get; private set; }

    /// <summary>Value of the element.</summary>
    internal byte* Value { get; private set; }

    /// <summary>Index of the array's element.</summary>
    internal uint ArrayIndex { get; private set; }

    /// <summary>Whether this kind of map can be walked.</summary>
    internal static bool Supports(MapType type) => type is MapType.Array or MapType.PercpuArray or MapType.Hash or MapType.PercpuHash;

    /// <summary>Goes to the next element; false at the end.</summary>
    internal bool MoveNext() => (MapType)_map->Type is MapType.Array or MapType.PercpuArray ? MoveInArray() : MoveInHash();

    // Empty buckets call nothing back, and a walk over many is work as rounds are.
    bool MayPass() => (_index & (BucketsARound - 1)) != BucketsARound - 1 || RunRounds.Take(_thread, 1) != 0;

    bool MoveInArray()
    {
        if (_index >= _map->MaxEntries)
            return false;
        ArrayIndex = _index;
        Value = MapOperations.ArrayValue(_map, _index++, _thread->Processor);
        return true;
    }

    bool MoveInHash()
    {
        while (true)
        {
            if (_link <= 0)
            {
                if (_index > _map->BucketMask || !MayPass())
                    return false;
                _link = Volatile.Read(ref HashTable.BucketAt(_map, _index++)->Head);
                continue;
            }

            int number = _link;
            byte* element = HashTable.ElementAt(_map, number);
            bool isHere = (HashTable.HashOf(element) & _map->BucketMask) == _index - 1;
            // Read before the callback runs: it may delete this element.
            _link = isHere ? Volatile.Read(ref HashTable.NextOf(element)) : 0;
            if (!isHere)
                continue;
            Key = element + HashTable.KeyOffset;
            Value = HashTable.ValueOf(_map, number, _thread->Processor);
            return true;
        }
    }
}
