// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Maps;

/// <summary>
/// The hash table of hash maps, on native memory alone, so that helpers and the host share it. <see cref="MapHeader"/> tells its layout.
/// </summary>
/// <remarks>
/// Readers take no lock and never wait. Writers hold the lock word of one bucket. An update of a plain hash puts a new element in front
/// of the chain before it unlinks the old one, so a reader finds one of the two; a pointer to the old value stays readable and writable but
/// its element may at once be used for another key, as in the kernel's preallocated hash. Elements are never freed while the map lives.
/// </remarks>
internal static unsafe class HashTable
{
    /// <summary>Elements beyond the capacity: as many threads can replace values of a full map at once without falling back to a write in place.</summary>
    internal const uint SpareElements = 64;

    /// <summary>Bytes before the key in an element: link and hash.</summary>
    internal const uint KeyOffset = 8;

    const ulong Multiplier = 0x9E3779B97F4A7C15;

    internal struct Bucket
    {
        public int Head;
        public int Lock;
    }

    internal static uint Hash(byte* key, uint size, uint seed)
    {
        ulong hash = seed;
        for (; size >= 8; size -= 8, key += 8)
            hash = Mix(hash, Unsafe.ReadUnaligned<ulong>(key));
        if (size != 0)
            hash = Mix(hash, ReadTail(key, size));
        return (uint)hash;
    }

    /// <summary>Address of the element's value for a processor, or null when there is no such key.</summary>
    internal static byte* Lookup(MapHeader* map, byte* key, uint processor)
    {
        int number = Find(map, key, Hash(key, map->KeySize, map->HashSeed));
        return number > 0 ? ValueOf(map, number, processor) : null;
    }

    /// <summary>Number of the element with this key; not positive when there is none.</summary>
    internal static int Find(MapHeader* map, byte* key, uint hash)
    {
        uint index = hash & map->BucketMask;
        while (true)
        {
            int link = Volatile.Read(ref BucketAt(map, index)->Head);
            while (link > 0)
            {
                byte* element = ElementAt(map, link);
                if (HashOf(element) == hash && KeysEqual(element + KeyOffset, key, map->KeySize))
                    return link;
                link = Volatile.Read(ref NextOf(element));
            }

            if (link == 0 || (uint)(link & int.MaxValue) == index)
                return link;
        }
    }

    /// <summary>Writes the value under a key.</summary>
    /// <param name="map">The map.</param>
    /// <param name="key">Key.</param>
    /// <param name="value">Value; for per-cpu maps of one processor, or of several in a row when <paramref name="processors"/> is more than 1.</param>
    /// <param name="mode">What is expected.</param>
    /// <param name="processor">Per-cpu maps: first processor written.</param>
    /// <param name="processors">Per-cpu maps: number of processors written.</param>
    internal static Errno Update(MapHeader* map, byte* key, byte* value, MapUpdate mode, uint processor, uint processors)
    {
        uint hash = Hash(key, map->KeySize, map->HashSeed);
        Bucket* bucket = BucketAt(map, hash & map->BucketMask);
        Enter(bucket);
        Errno error = UpdateLocked(map, bucket, key, hash, value, mode, processor, processors);
        Exit(bucket);
        return error;
    }

    static Errno UpdateLocked(
        MapHeader* map, Bucket* bucket, byte* key, uint hash, byte* value, MapUpdate mode, uint processor, uint processors)
    {
        int old = Find(map, key, hash);
        if (old > 0 && (mode & MapUpdate.NoExist) != 0)
            return Errno.EEXIST;
        if (old <= 0 && (mode & MapUpdate.Exist) != 0)
            return Errno.ENOENT;
        if (old > 0 && (mode & MapUpdate.Locked) != 0)
        {
            // In place: who has a pointer to the value goes on seeing it.
            MapValue.WriteLocked(map, ValueOf(map, old, 0), value);
            return Errno.None;
        }

        bool perProcessor = map->ProcessorValues != null;
        if (old > 0 && perProcessor)
        {
            WriteProcessors(map, old, value, processor, processors);
            return Errno.None;
        }

        if (old <= 0 && !TryCount(map))
            return Errno.E2BIG;
        int number = TakeElement(map);
        if (number == 0 && old > 0)
        {
            MapValue.Write(map, ValueOf(map, old, 0), value);
            return Errno.None;
        }

        if (number == 0)
        {
            Interlocked.Decrement(ref map->Count);
            return Errno.E2BIG;
        }

        Fill(map, number, key, hash, value, processor, processors);
        NextOf(ElementAt(map, number)) = bucket->Head != 0 ? bucket->Head : EndOf(hash & map->BucketMask);
        Volatile.Write(ref bucket->Head, number);
        if (old > 0)
        {
            Unlink(map, bucket, old);
            ReturnElement(map, old);
        }

        return Errno.None;
    }

    /// <summary>Removes a key; when <paramref name="value"/> is not null its value (of all processors given) is copied there first.</summary>
    internal static Errno Delete(MapHeader* map, byte* key, byte* value, uint processors)
    {
        uint hash = Hash(key, map->KeySize, map->HashSeed);
        Bucket* bucket = BucketAt(map, hash & map->BucketMask);
        Enter(bucket);
        int number = Find(map, key, hash);
        if (number > 0)
        {
            if (value != null)
                ReadProcessors(map, number, value, processors);
            Unlink(map, bucket, number);
            ReturnElement(map, number);
            Interlocked.Decrement(ref map->Count);
        }

        Exit(bucket);
        return number > 0 ? Errno.None : Errno.ENOENT;
    }

    /// <summary>Copies the value under a key; a value that is being replaced meanwhile may be seen half old and half new.</summary>
    internal static Errno Read(MapHeader* map, byte* key, byte* value, uint processors, bool locked = false)
    {
        uint hash = Hash(key, map->KeySize, map->HashSeed);
        while (true)
        {
            int number = Find(map, key, hash);
            if (number <= 0)
                return Errno.ENOENT;
            if (locked)
                MapValue.ReadLocked(map, ValueOf(map, number, 0), value);
            else
                ReadProcessors(map, number, value, processors);
            // Recycled for another key while it was copied: what we have is not this key's value.
            Interlocked.MemoryBarrier();
            byte* element = ElementAt(map, number);
            if (HashOf(element) == hash && KeysEqual(element + KeyOffset, key, map->KeySize))
                return Errno.None;
        }
    }

    /// <summary>Copies the key behind <paramref name="key"/>, or the first one when that is null or absent. ENOENT at the end.</summary>
    internal static Errno NextKey(MapHeader* map, byte* key, byte* next)
    {
        uint index = 0;
        if (key != null)
        {
            uint hash = Hash(key, map->KeySize, map->HashSeed);
            Bucket* bucket = BucketAt(map, hash & map->BucketMask);
            Enter(bucket);
            int number = Find(map, key, hash);
            int link = number > 0 ? NextOf(ElementAt(map, number)) : 0;
            if (link > 0)
                Copy(next, KeyAt(map, link), map->KeySize);
            Exit(bucket);
            if (link > 0)
                return Errno.None;
            if (number > 0)
                index = (hash & map->BucketMask) + 1;
        }

        for (; index <= map->BucketMask; index++)
        {
            Bucket* bucket = BucketAt(map, index);
            if (Volatile.Read(ref bucket->Head) <= 0)
                continue;
            Enter(bucket);
            int link = bucket->Head;
            if (link > 0)
                Copy(next, KeyAt(map, link), map->KeySize);
            Exit(bucket);
            if (link > 0)
                return Errno.None;
        }

        return Errno.ENOENT;
    }

    /// <summary>
    /// Copies the entries of a bucket, all at one moment; a bucket that does not fit behind others waits for the next call, one that does
    /// not fit at all is given in parts.
    /// </summary>
    internal static uint ReadBucket(
        MapHeader* map, uint index, uint skip, byte* keys, byte* values, ref int count, int capacity, int valueSize, uint processors, out bool isDone)
    {
        Bucket* bucket = BucketAt(map, index);
        isDone = true;
        if (Volatile.Read(ref bucket->Head) <= 0)
            return 0;
        Enter(bucket);
        uint length = 0;
        for (int link = bucket->Head; link > 0; link = NextOf(ElementAt(map, link)))
            length++;
        uint left = length > skip ? length - skip : 0;
        isDone = left <= (uint)(capacity - count);
        uint given = isDone ? left : count == 0 ? (uint)capacity : 0;
        uint position = 0;
        for (int link = bucket->Head; position < skip + given && link > 0; link = NextOf(ElementAt(map, link)), position++)
        {
            if (position < skip)
                continue;
            Copy(keys + ((long)count * map->KeySize), KeyAt(map, link), map->KeySize);
            ReadProcessors(map, link, values + ((long)count * valueSize), processors);
            count++;
        }

        Exit(bucket);
        return given;
    }

    internal static Bucket* BucketAt(MapHeader* map, uint index) => (Bucket*)map->Buckets + index;

    internal static byte* ElementAt(MapHeader* map, int number) => map->Values + ((ulong)number * map->ElementStride);

    internal static byte* KeyAt(MapHeader* map, int number) => ElementAt(map, number) + KeyOffset;

    internal static ref int NextOf(byte* element) => ref *(int*)element;

    internal static uint HashOf(byte* element) => Volatile.Read(ref *(uint*)(element + 4));

    internal static byte* ValueOf(MapHeader* map, int number, uint processor) => map->ProcessorValues == null
        ? ElementAt(map, number) + map->ElementValueOffset
        : map->ProcessorValues + (processor * map->ProcessorStride) + ((ulong)number * map->ValueStride);

    internal static void ReadProcessors(MapHeader* map, int number, byte* value, uint processors)
    {
        if (map->ProcessorValues == null)
        {
            MapValue.Read(map, ValueOf(map, number, 0), value);
            return;
        }

        for (uint i = 0; i < processors; i++, value += map->ValueStride)
            Copy(value, ValueOf(map, number, i), map->ValueStride);
    }

    internal static void Enter(Bucket* bucket) => ValueLock.Enter(&bucket->Lock);

    internal static void Exit(Bucket* bucket) => ValueLock.Exit(&bucket->Lock);

    static ulong Mix(ulong hash, ulong word)
    {
        hash = (hash ^ word) * Multiplier;
        return hash ^ (hash >> 32);
    }

    static ulong ReadTail(byte* key, uint size)
    {
        if (size == 4)
            return Unsafe.ReadUnaligned<uint>(key);
        ulong word = 0;
        for (uint i = 0; i < size; i++)
            word |= (ulong)key[i] << (int)(8 * i);
        return word;
    }

    static bool KeysEqual(byte* left, byte* right, uint size) => size switch
    {
        4 => Unsafe.ReadUnaligned<uint>(left) == Unsafe.ReadUnaligned<uint>(right),
        8 => Unsafe.ReadUnaligned<ulong>(left) == Unsafe.ReadUnaligned<ulong>(right),
        _ => new ReadOnlySpan<byte>(left, (int)size).SequenceEqual(new ReadOnlySpan<byte>(right, (int)size)),
    };

    static int EndOf(uint index) => (int)(index | 0x80000000);

    static void Fill(MapHeader* map, int number, byte* key, uint hash, byte* value, uint processor, uint processors)
    {
        byte* element = ElementAt(map, number);
        Copy(element + KeyOffset, key, map->KeySize);
        if (map->ProcessorValues == null)
        {
            // A lock stays as it is: who still holds it, through a pointer to the value that was here before, gives it back.
            MapValue.Write(map, element + map->ElementValueOffset, value);
        }
        else
        {
            // The element may have had another key: no processor may see that key's numbers under this one.
            for (uint i = 0; i < (uint)ProcessorSlots.Count; i++)
                new Span<byte>(ValueOf(map, number, i), (int)map->ValueStride).Clear();
            WriteProcessors(map, number, value, processor, processors);
        }

        Volatile.Write(ref *(uint*)(element + 4), hash);
    }

    static void WriteProcessors(MapHeader* map, int number, byte* value, uint processor, uint processors)
    {
        for (uint i = 0; i < processors; i++, value += map->ValueStride)
            Copy(ValueOf(map, number, processor + i), value, map->ValueSize);
    }

    static void Unlink(MapHeader* map, Bucket* bucket, int number)
    {
        ref int link = ref bucket->Head;
        while (link != number)
            link = ref NextOf(ElementAt(map, link));
        // The element keeps its own link: a reader that stands on it walks on from there.
        Volatile.Write(ref link, NextOf(ElementAt(map, number)));
    }

    static bool TryCount(MapHeader* map)
    {
        if (Interlocked.Increment(ref map->Count) <= map->MaxEntries)
            return true;
        Interlocked.Decrement(ref map->Count);
        return false;
    }

    static int TakeElement(MapHeader* map)
    {
        while (true)
        {
            ulong head = Volatile.Read(ref map->FreeHead);
            uint number = (uint)head;
            if (number == 0)
                return TakeUnused(map);
            // The change count makes a head that was popped and pushed back between these two lines differ.
            ulong next = Volatile.Read(ref map->FreeLinks[number]) | (((head >> 32) + 1) << 32);
            if (Interlocked.CompareExchange(ref map->FreeHead, next, head) == head)
                return (int)number;
        }
    }

    static int TakeUnused(MapHeader* map)
    {
        while (true)
        {
            uint number = Volatile.Read(ref map->HighWater);
            if (number == map->ElementCount)
                return 0;
            if (Interlocked.CompareExchange(ref map->HighWater, number + 1, number) == number)
                return (int)number;
        }
    }

    static void ReturnElement(MapHeader* map, int number)
    {
        while (true)
        {
            ulong head = Volatile.Read(ref map->FreeHead);
            map->FreeLinks[number] = (uint)head;
            if (Interlocked.CompareExchange(ref map->FreeHead, (((head >> 32) + 1) << 32) | (uint)number, head) == head)
                return;
        }
    }

    static void Copy(byte* to, byte* from, uint size) => Buffer.MemoryCopy(from, to, size, size);
}
