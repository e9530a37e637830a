// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Maps;

/// <summary>Look-up, update and delete as programs see them, for every kind of map, on the native header alone.</summary>
/// <remarks>Also what the interpreter calls. Errors are what the kernel's helpers return; nothing here throws.</remarks>
internal static unsafe class MapOperations
{
    /// <summary>Address of the value of a key for a processor; null when there is none.</summary>
    internal static byte* Lookup(MapHeader* map, byte* key, uint processor) => (MapType)map->Type switch
    {
        MapType.Array or MapType.PercpuArray => ArrayValue(map, *(uint*)key, processor),
        MapType.Hash or MapType.PercpuHash => HashTable.Lookup(map, key, processor),
        MapType.LpmTrie => LpmTrie.Lookup(map, key),
        MapType.ArrayOfMaps => Inner((nint*)ArrayValue(map, *(uint*)key, 0)),
        MapType.HashOfMaps => Inner((nint*)HashTable.Lookup(map, key, 0)),
        _ => null,
    };

    // An entry of a map of maps holds the head of a map.
    static byte* Inner(nint* entry) => entry == null ? null : (byte*)Volatile.Read(ref *entry);

    /// <summary>Writes a value; for per-cpu maps that of one processor.</summary>
    internal static Errno Update(MapHeader* map, byte* key, byte* value, ulong flags, uint processor)
    {
        if (((MapFlags)map->Flags & MapFlags.ReadOnlyForPrograms) != 0)
            return Errno.EACCES;
        return (MapType)map->Type switch
        {
            MapType.Array or MapType.PercpuArray => UpdateArray(map, *(uint*)key, value, flags, processor, 1),
            MapType.Hash or MapType.PercpuHash => UpdateHash(map, key, value, flags, processor, 1),
            MapType.LpmTrie => LpmTrie.Update(map, key, value, flags),
            _ => Errno.EOPNOTSUPP,
        };
    }

    /// <summary>Removes a key.</summary>
    internal static Errno Delete(MapHeader* map, byte* key)
    {
        if (((MapFlags)map->Flags & MapFlags.ReadOnlyForPrograms) != 0)
            return Errno.EACCES;
        return (MapType)map->Type switch
        {
            MapType.Array or MapType.PercpuArray => Errno.EINVAL,
            MapType.Hash or MapType.PercpuHash => HashTable.Delete(map, key, null, 0),
            MapType.LpmTrie => LpmTrie.Delete(map, key),
            _ => Errno.EOPNOTSUPP,
        };
    }

    internal static byte* ArrayValue(MapHeader* map, uint index, uint processor) => index < map->MaxEntries
        ? map->Values + (processor * map->ProcessorStride) + ((ulong)index * map->ValueStride)
        : null;

    internal static Errno UpdateArray(MapHeader* map, uint index, byte* value, ulong flags, uint processor, uint processors)
    {
        if (!AreFlags(map, flags))
            return Errno.EINVAL;
        if (index >= map->MaxEntries)
            return Errno.E2BIG;
        if ((flags & (ulong)MapUpdate.NoExist) != 0)
            return Errno.EEXIST;
        if ((flags & (ulong)MapUpdate.Locked) != 0)
        {
            MapValue.WriteLocked(map, ArrayValue(map, index, processor), value);
            return Errno.None;
        }

        for (uint i = 0; i < processors; i++, value += map->ValueStride)
            MapValue.Write(map, ArrayValue(map, index, processor + i), value);
        return Errno.None;
    }

    internal static Errno UpdateHash(MapHeader* map, byte* key, byte* value, ulong flags, uint processor, uint processors) =>
        AreFlags(map, flags) ? HashTable.Update(map, key, value, (MapUpdate)flags, processor, processors) : Errno.EINVAL;

    // NOEXIST with EXIST is none of the three; a lock must be there to be taken.
    static bool AreFlags(MapHeader* map, ulong flags) =>
        (flags & ~(ulong)MapUpdate.Locked) <= (ulong)MapUpdate.Exist && ((flags & (ulong)MapUpdate.Locked) == 0 || map->HasLock != 0);
}
