// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;

namespace NopTap.Maps;

/// <summary>Copies whole values into and out of a map. A lock in the value is never copied: it belongs to whoever holds it, and others see 0.</summary>
internal static unsafe class MapValue
{
    /// <summary>Writes a value in a map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="value">The value in the map.</param>
    /// <param name="from">What it becomes.</param>
    internal static void Write(MapHeader* map, byte* value, byte* from)
    {
        if (map->HasLock == 0)
        {
            Copy(value, from, map->ValueSize);
            return;
        }

        uint end = map->LockOffset + ValueLock.Size;
        Copy(value, from, map->LockOffset);
        Copy(value + end, from + end, map->ValueSize - end);
    }

    /// <summary>Reads a value in a map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="value">The value in the map.</param>
    /// <param name="to">Receives it.</param>
    internal static void Read(MapHeader* map, byte* value, byte* to)
    {
        if (map->HasLock == 0)
        {
            Copy(to, value, map->ValueSize);
            return;
        }

        uint end = map->LockOffset + ValueLock.Size;
        Copy(to, value, map->LockOffset);
        *(int*)(to + map->LockOffset) = 0;
        Copy(to + end, value + end, map->ValueSize - end);
    }

    /// <summary>As <see cref="Write"/> while the value's lock is held.</summary>
    internal static void WriteLocked(MapHeader* map, byte* value, byte* from)
    {
        int* word = ValueLock.Of(map, value);
        ValueLock.Enter(word);
        Write(map, value, from);
        ValueLock.Exit(word);
    }

    /// <summary>As <see cref="Read"/> while the value's lock is held.</summary>
    internal static void ReadLocked(MapHeader* map, byte* value, byte* to)
    {
        int* word = ValueLock.Of(map, value);
        ValueLock.Enter(word);
        Read(map, value, to);
        ValueLock.Exit(word);
    }

    static void Copy(byte* to, byte* from, uint size) => Buffer.MemoryCopy(from, to, size, size);
}
