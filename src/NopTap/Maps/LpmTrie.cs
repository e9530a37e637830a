// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Maps;

/// <summary>The trie of a longest-prefix-match map, on native memory alone, so that helpers and the host share it.</summary>
/// <remarks>
/// Paths are compressed: a node stands where a prefix ends or where two part ways (a joint, which has two children and no value).
/// <code>
/// node:  |child on 0 : 32|child on 1 : 32|bits of prefix : 32|joint : 32|bytes of prefix, up to 8|value, up to 8|
/// key :  |bits : 32|bytes|
/// </code>
/// Writers hold the map's writer lock and make its sequence odd while they change something; a reader that saw it change looks again. Nodes are
/// recycled at once, so a pointer to a value that was replaced or removed stays readable and writable but may be another prefix's by then, as in a hash.
/// </remarks>
internal static unsafe class LpmTrie
{
    internal const uint HeadSize = 16;

    /// <summary>Most bits of a prefix.</summary>
    internal static uint MaxBits(MapHeader* map) => (map->KeySize - 4) * 8;

    /// <summary>The value of the longest prefix of a key, or null.</summary>
    internal static byte* Lookup(MapHeader* map, byte* key)
    {
        if (*(uint*)key > MaxBits(map))
            return null;
        var wait = default(LockWait);
        while (true)
        {
            uint sequence = Volatile.Read(ref map->Sequence);
            int found = (sequence & 1) == 0 ? LongestPrefix(map, key) : 0;
            Interlocked.MemoryBarrier();
            if ((sequence & 1) == 0 && Volatile.Read(ref map->Sequence) == sequence)
            {
                wait.End();
                return found == 0 ? null : ValueOf(map, found);
            }

            wait.Once();
        }
    }

    /// <summary>Writes the value of exactly this prefix.</summary>
    internal static Errno Update(MapHeader* map, byte* key, byte* value, ulong flags)
    {
        if (flags > (ulong)MapUpdate.Exist || *(uint*)key > MaxBits(map))
            return Errno.EINVAL;
        Enter(map);
        Errno error = UpdateLocked(map, key, value, (MapUpdate)flags);
        Exit(map);
        return error;
    }

    /// <summary>Removes exactly this prefix.</summary>
    internal static Errno Delete(MapHeader* map, byte* key)
    {
        if (*(uint*)key > MaxBits(map))
            return Errno.EINVAL;
        Enter(map);
        Errno error = DeleteLocked(map, key);
        Exit(map);
        return error;
    }

    /// <summary>Copies the prefix behind <paramref name="key"/>, or the first one when that is null or absent. Children come before their parents.</summary>
    internal static Errno NextKey(MapHeader* map, byte* key, byte* next)
    {
        Enter(map);
        int node = key == null ? 0 : Exact(map, key, out _, out _);
        int following = node == 0 ? First(map, (int)map->Root) : Following(map, node);
        while (following != 0 && IsJoint(map, following))
            following = Following(map, following);
        if (following != 0)
        {
            *(uint*)next = Bits(map, following);
            Buffer.MemoryCopy(BytesOf(map, following), next + 4, map->KeySize - 4, map->KeySize - 4);
        }

        Exit(map);
        return following == 0 ? Errno.ENOENT : Errno.None;
    }

    static int LongestPrefix(MapHeader* map, byte* key)
    {
        int best = 0;
        int node = (int)Volatile.Read(ref map->Root);
        // Each step makes the prefix longer; what does not is being changed under us, and the sequence will tell.
        for (uint last = 0, steps = 0; node != 0; steps++)
        {
            uint bits = Bits(map, node);
            if (bits > MaxBits(map) || (steps != 0 && bits <= last) || Common(key, *(uint*)key, BytesOf(map, node), bits) < bits)
                break;
            if (!IsJoint(map, node))
                best = node;
            if (bits == MaxBits(map) || bits == *(uint*)key)
                break;
            last = bits;
            node = Volatile.Read(ref Child(map, node, Bit(key + 4, bits)));
        }

        return best;
    }

    static Errno UpdateLocked(MapHeader* map, byte* key, byte* value, MapUpdate mode)
    {
        uint bits = *(uint*)key;
        int* link = (int*)&map->Root;
        uint common = 0;
        while (*link != 0)
        {
            uint reach = Bits(map, *link);
            common = Common(key, bits, BytesOf(map, *link), reach);
            if (common < reach || reach == bits)
                break;
            link = (int*)NodeAt(map, *link) + Bit(key + 4, reach);
        }

        int node = *link;
        bool replaces = node != 0 && common == bits && Bits(map, node) == bits;
        bool exists = replaces && !IsJoint(map, node);
        if (exists && mode == MapUpdate.NoExist)
            return Errno.EEXIST;
        if (!exists && mode == MapUpdate.Exist)
            return Errno.ENOENT;
        if (!exists && map->Count == map->MaxEntries)
            return Errno.ENOSPC;
        map->Count += exists ? 0 : 1;
        int added = Take(map, key, bits, value);
        if (replaces)
        {
            Child(map, added, 0) = Child(map, node, 0);
            Child(map, added, 1) = Child(map, node, 1);
            *link = added;
            Return(map, node);
        }
        else if (node == 0)
        {
            *link = added;
        }
        else if (common == bits)
        {
            Child(map, added, Bit(BytesOf(map, node), bits)) = node;
            *link = added;
        }
        else
        {
            int joint = Take(map, key, common, null);
            int side = Bit(key + 4, common);
            Child(map, joint, side) = added;
            Child(map, joint, 1 - side) = node;
            *link = joint;
        }

        return Errno.None;
    }

    static Errno DeleteLocked(MapHeader* map, byte* key)
    {
        int node = Exact(map, key, out int parent, out int grandparent);
        if (node == 0)
            return Errno.ENOENT;
        map->Count--;
        int left = Child(map, node, 0);
        int right = Child(map, node, 1);
        if (left != 0 && right != 0)
        {
            Joint(map, node) = 1;
            return Errno.None;
        }

        int only = left != 0 ? left : right;
        if (only == 0 && parent != 0 && IsJoint(map, parent))
        {
            // A joint of one child is none.
            int sibling = Child(map, parent, 0) == node ? Child(map, parent, 1) : Child(map, parent, 0);
            Relink(map, grandparent, parent, sibling);
            Return(map, parent);
        }
        else
        {
            Relink(map, parent, node, only);
        }

        Return(map, node);
        return Errno.None;
    }

    static void Relink(MapHeader* map, int parent, int old, int now)
    {
        if (parent == 0)
            map->Root = (uint)now;
        else
            Child(map, parent, Child(map, parent, 0) == old ? 0 : 1) = now;
    }

    // The node of exactly this prefix, or 0, and the two above it.
    static int Exact(MapHeader* map, byte* key, out int parent, out int grandparent)
    {
        uint bits = *(uint*)key;
        (parent, grandparent) = (0, 0);
        int node = (int)map->Root;
        while (node != 0)
        {
            uint reach = Bits(map, node);
            if (reach > bits || Common(key, bits, BytesOf(map, node), reach) < reach)
                return 0;
            if (reach == bits)
                return IsJoint(map, node) ? 0 : node;
            (grandparent, parent) = (parent, node);
            node = Child(map, node, Bit(key + 4, reach));
        }

        return 0;
    }

    static int First(MapHeader* map, int node)
    {
        while (node != 0)
        {
            int below = Child(map, node, 0) != 0 ? Child(map, node, 0) : Child(map, node, 1);
            if (below == 0)
                break;
            node = below;
        }

        return node;
    }

    // The node behind another, found from the root: nodes do not know their parents.
    static int Following(MapHeader* map, int node)
    {
        int above = 0;
        int at = (int)map->Root;
        while (at != node)
        {
            above = at;
            at = Child(map, at, Bit(BytesOf(map, node), Bits(map, at)));
        }

        if (above == 0)
            return 0;
        bool cameFromLeft = Child(map, above, 0) == node;
        return cameFromLeft && Child(map, above, 1) != 0 ? First(map, Child(map, above, 1)) : above;
    }

    static uint Common(byte* key, uint keyBits, byte* other, uint otherBits)
    {
        uint limit = Math.Min(keyBits, otherBits);
        for (uint at = 0; at < limit; at += 8)
        {
            uint different = (uint)(key[4 + (at / 8)] ^ other[at / 8]);
            if (different != 0)
                return Math.Min(limit, at + (uint)BitOperations.LeadingZeroCount(different) - 24);
        }

        return limit;
    }

    static int Bit(byte* bytes, uint bit) => (bytes[bit / 8] >> (int)(7 - (bit % 8))) & 1;

    static byte* NodeAt(MapHeader* map, int node) => map->Values + ((ulong)node * map->ElementStride);

    static ref int Child(MapHeader* map, int node, int side) => ref ((int*)NodeAt(map, node))[side];

    static ref uint Joint(MapHeader* map, int node) => ref ((uint*)NodeAt(map, node))[3];

    static uint Bits(MapHeader* map, int node) => ((uint*)NodeAt(map, node))[2];

    static bool IsJoint(MapHeader* map, int node) => Joint(map, node) != 0;

    static byte* BytesOf(MapHeader* map, int node) => NodeAt(map, node) + HeadSize;

    static byte* ValueOf(MapHeader* map, int node) => NodeAt(map, node) + map->ElementValueOffset;

    static int Take(MapHeader* map, byte* key, uint bits, byte* value)
    {
        int node = (int)map->FreeHead;
        if (node == 0)
            node = (int)map->HighWater++;
        else
            map->FreeHead = (uint)Child(map, node, 0);
        Child(map, node, 0) = 0;
        Child(map, node, 1) = 0;
        ((uint*)NodeAt(map, node))[2] = bits;
        Joint(map, node) = value == null ? 1u : 0;
        Buffer.MemoryCopy(key + 4, BytesOf(map, node), map->KeySize - 4, map->KeySize - 4);
        if (value != null)
            Buffer.MemoryCopy(value, ValueOf(map, node), map->ValueSize, map->ValueSize);
        return node;
    }

    static void Return(MapHeader* map, int node)
    {
        Child(map, node, 0) = (int)map->FreeHead;
        map->FreeHead = (uint)node;
    }

    static void Enter(MapHeader* map)
    {
        ValueLock.Enter(&map->WriterLock);
        Interlocked.Increment(ref map->Sequence);
    }

    static void Exit(MapHeader* map)
    {
        Interlocked.Increment(ref map->Sequence);
        ValueLock.Exit(&map->WriterLock);
    }
}
