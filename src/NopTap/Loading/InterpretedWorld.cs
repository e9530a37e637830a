// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Maps;
using NopTap.Threads;

namespace NopTap.Loading;

/// <summary>What an interpreted program finds outside itself: the values of its maps, its packet, the targets of its tail calls.</summary>
internal sealed unsafe class InterpretedWorld : IGuestRegions, ITailCallTargets, IMapElements
{
    // Keys that for_each_map_elem shows for arrays, whose elements have none in memory: a cell for each walk that is going on. Pinned
    // memory of the collector's, so that it goes with its thread.
    const int KeyCells = 64;

    [ThreadStatic]
    static uint[]? t_keys;

    [ThreadStatic]
    static uint t_walks;

    readonly BpfProgram _program;

    readonly ImmutableArray<BpfMapOfMaps> _outer;

    internal InterpretedWorld(BpfProgram program)
    {
        _program = program;
        _outer = [.. program.Maps.OfType<BpfMapOfMaps>()];
    }

    /// <inheritdoc/>
    public bool TryFind(ulong address, out GuestRegion region)
    {
        foreach (BpfMap map in _program.Maps)
        {
            if (TryFindValue(map, address, out region))
                return true;
        }

        if (InnerAt(address) is { } inner && TryFindValue(inner, address, out region))
            return true;
        return TryFindPacket(address, out region) || TryFindKey(address, out region);
    }

    /// <inheritdoc/>
    public MapSpec? SpecOf(nint map) => InnerAt((ulong)map) is { } inner && (nint)inner.Header == map ? inner.Spec : null;

    static bool TryFindValue(BpfMap map, ulong address, out GuestRegion region)
    {
        if (!map.TryFindValue(address, out MemoryWindow value))
        {
            region = default;
            return false;
        }

        region = new GuestRegion(
            value.Start,
            value.End - value.Start,
            !map.Flags.HasFlag(MapFlags.WriteOnlyForPrograms),
            !map.Flags.HasFlag(MapFlags.ReadOnlyForPrograms),
            $"value of map '{map.Name}'");
        return true;
    }

    // A map that is or was a moment ago in a map of maps of this program: it lives until the run ends.
    BpfMap? InnerAt(ulong address)
    {
        if (_outer.IsEmpty || MapRegions.Find(address) is not { } map)
            return null;
        foreach (BpfMapOfMaps outer in _outer)
        {
            if (outer.Accepts(map))
                return map;
        }

        return null;
    }

    /// <inheritdoc/>
    public GuestRegion? Nearest(ulong address) => TryFindPacket(address, out GuestRegion packet) || packet.Length != 0 ? packet : null;

    /// <inheritdoc/>
    public ProgramInterpreter? Find(nint map, uint index) =>
        BpfMap.From((MapHeader*)map) is ProgramArrayMap array && array.ProgramAt(index) is BpfProgram target ? target.Image?.Interpreter : null;

    /// <inheritdoc/>
    public bool CanWalk(nint map) => MapWalk.Supports((MapType)((MapHeader*)map)->Type);

    /// <inheritdoc/>
    public bool TryNext(nint map, ref ulong cursor, out nint key, out nint value)
    {
        var header = (MapHeader*)map;
        ThreadBlock* thread = ThreadBlocks.Current;
        return IsArray(header) ? NextOfArray(header, thread->Processor, ref cursor, out key, out value) : NextOfHash(header, thread, ref cursor, out key, out value);
    }

    // A walk may end before the map does: by its callback, for want of rounds, by a fault. Its cell is given back then too, or those of walks
    // that still go on would be taken.
    public void End(nint map, ulong cursor)
    {
        if (IsArray((MapHeader*)map) && cursor != 0)
            t_walks = (uint)(cursor >> 32) - 1;
    }

    static bool IsArray(MapHeader* map) => (MapType)map->Type is MapType.Array or MapType.PercpuArray;

    static bool NextOfArray(MapHeader* map, uint processor, ref ulong cursor, out nint key, out nint value)
    {
        // |walk's cell + 1 : 32|next index : 32|
        t_keys ??= GC.AllocateArray<uint>(KeyCells, pinned: true);
        uint cell = cursor == 0 ? t_walks : (uint)(cursor >> 32) - 1;
        uint index = (uint)cursor;
        bool isEnd = index >= map->MaxEntries;
        t_walks = cell + 1;
        key = Marshal.UnsafeAddrOfPinnedArrayElement(t_keys, (int)(cell % KeyCells));
        value = 0;
        if (isEnd)
            return false;
        *(uint*)key = index;
        value = (nint)MapOperations.ArrayValue(map, index, processor);
        cursor = ((ulong)(cell + 1) << 32) | (index + 1);
        return true;
    }

    static bool NextOfHash(MapHeader* map, ThreadBlock* thread, ref ulong cursor, out nint key, out nint value)
    {
        var walk = new MapWalk(map, thread, cursor);
        bool found = walk.MoveNext();
        cursor = walk.Cursor;
        key = (nint)walk.Key;
        value = (nint)walk.Value;
        return found;
    }

    static MemoryWindow Edges(XdpContext* context) => new((ulong)context->DataMeta, (ulong)context->DataEnd);

    static MemoryWindow Edges(SkbContext* context) => new((ulong)context->DataMeta, (ulong)context->DataEnd);

    bool TryFindPacket(ulong address, out GuestRegion region)
    {
        region = default;
        RunMemory* memory = ThreadBlocks.Current->Memory;
        if (memory == null || memory->Context.Start == 0)
            return false;
        // The edges as helpers have moved them, from the metadata on.
        MemoryWindow edges = _program.TypeInfo.Kind switch
        {
            ContextKind.Xdp => Edges((XdpContext*)memory->Context.Start),
            ContextKind.Skb => Edges((SkbContext*)memory->Context.Start),
            _ => default,
        };
        region = new GuestRegion(edges.Start, edges.End - edges.Start, true, true, "packet");
        return region.Length != 0 && region.Covers(address, 1);
    }

    bool TryFindKey(ulong address, out GuestRegion region)
    {
        if (t_keys is { } keys)
        {
            ulong first = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(keys, 0);
            region = new GuestRegion(first, KeyCells * sizeof(uint), true, false, "key of an array's element");
            if (region.Covers(address, 1))
                return true;
        }

        foreach (BpfMap map in _program.Maps)
        {
            if (!map.TryFindKey(address, out MemoryWindow key))
                continue;
            region = new GuestRegion(key.Start, key.End - key.Start, true, false, $"key of map '{map.Name}'");
            return true;
        }

        if (InnerAt(address) is { } inner && inner.TryFindKey(address, out MemoryWindow innerKey))
        {
            region = new GuestRegion(innerKey.Start, innerKey.End - innerKey.Start, true, false, $"key of map '{inner.Name}'");
            return true;
        }

        region = default;
        return false;
    }
}
