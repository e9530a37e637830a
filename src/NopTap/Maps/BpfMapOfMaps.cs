// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;
using NopTap.Threads;

namespace NopTap.Maps;

/// <summary>An array or a hash whose values are maps, all like one template. Entries are written as maps, not as bytes.</summary>
/// <remarks>
/// Thread-safe; maps come, go and are replaced while programs run. A program that has found a map keeps it until its run ends: a member that
/// takes a map out returns when no run can still be using it (called from inside a run, before). An entry holds its map: disposing of the map ends
/// the host's use of it alone. The entries go with the host's last use of this map.
/// <para>In memory a value is the address of the other map's head, 0 where an array is empty.</para>
/// </remarks>
public sealed unsafe partial class BpfMapOfMaps : BpfMap
{
    const uint PointerSize = 8;

    readonly Lock _lock = new();

    // By address of the head: the map, and how many entries it has here.
    readonly Dictionary<nint, (BpfMap Map, int Entries)> _held = [];

    BpfMapOfMaps(MapSpec spec, uint id, MappedMemory memory)
        : base(spec, id, memory)
    {
        Header->Values = memory.Address + HeaderLength;
        Header->ValueSize = PointerSize;
    }

    BpfMapOfMaps(MapSpec spec, uint id, MappedMemory memory, in HashLayout layout)
        : base(spec, id, memory)
    {
        layout.Apply(Header);
        Header->ValueSize = PointerSize;
    }

    /// <summary>What the maps in it are like: type, sizes of key and value, flags, spin lock and, for arrays without <see cref="MapFlags.InnerMap"/>, the capacity.</summary>
    public MapSpec Template => Spec.Inner!;

    /// <summary>Number of entries that hold a map.</summary>
    public override long Count
    {
        get
        {
            lock (_lock)
            {
                long count = 0;
                foreach ((_, int entries) in _held.Values)
                    count += entries;
                return count;
            }
        }
    }

    bool IsArray => Type == MapType.ArrayOfMaps;

    internal static BpfMapOfMaps? TryCreate(MapSpec spec, uint id)
    {
        if (spec.Type == MapType.ArrayOfMaps)
        {
            MappedMemory? entries = MappedMemory.TryReserve(HeaderLength + AlignToPage((ulong)spec.MaxEntries * PointerSize));
            return entries is null ? null : new BpfMapOfMaps(spec, id, entries);
        }

        var layout = new HashLayout(spec, PointerSize, perProcessor: false, HeaderLength);
        MappedMemory? memory = MappedMemory.TryReserve(layout.Total);
        return memory is null ? null : new BpfMapOfMaps(spec, id, memory, layout);
    }

    /// <summary>Whether a map is like the template.</summary>
    internal bool Accepts(BpfMap map) => Difference(map) is null;

    // As in the kernel: what the verifier has seen of the template must hold for every map in its place.
    string? Difference(BpfMap map)
    {
        MapSpec template = Template;
        return map is UnsupportedMap ? "has no entries, since maps like it do not exist here"
            : map.Type != template.Type ? $"is of type {map.Type}, not {template.Type}"
            : map.KeySize != template.KeySize ? $"has keys of {map.KeySize} bytes, not {template.KeySize}"
            : map.ValueSize != template.ValueSize ? $"has values of {map.ValueSize} bytes, not {template.ValueSize}"
            : (uint)map.Flags != template.Flags ? $"has flags 0x{(uint)map.Flags:x}, not 0x{template.Flags:x}"
            : map.Spec.SpinLockOffset != template.SpinLockOffset ? "has its spin lock elsewhere, or only one of the two has one"
            : map.Type == MapType.Array && (map.Flags & MapFlags.InnerMap) == 0 && map.MaxEntries != template.MaxEntries ? $"has {map.MaxEntries} entries, not {template.MaxEntries}"
            : null;
    }

    // With the lock held.
    MapHeader** Find(byte* key)
    {
        if (IsArray)
            return *(uint*)key < MaxEntries ? (MapHeader**)Header->Values + *(uint*)key : null;
        return (MapHeader**)HashTable.Lookup(Header, key, 0);
    }

    Errno Store(byte* key, MapHeader* map, MapUpdate mode, out nint previous)
    {
        MapHeader** entry = Find(key);
        previous = entry == null ? 0 : (nint)(*entry);
        if (!IsArray)
            return MapOperations.UpdateHash(Header, key, (byte*)&map, (ulong)mode, 0, 1);
        if (mode != MapUpdate.Any)
            return Errno.EINVAL;
        if (entry == null)
            return Errno.E2BIG;
        Volatile.Write(ref *(nint*)entry, (nint)map);
        return Errno.None;
    }

    Errno Remove(byte* key, out nint previous)
    {
        previous = 0;
        lock (_lock)
        {
            MapHeader** entry = Find(key);
            if (entry == null)
                return IsArray ? Errno.E2BIG : Errno.ENOENT;
            previous = (nint)(*entry);
            if (!IsArray)
                return HashTable.Delete(Header, key, null, 0);
            Volatile.Write(ref *(nint*)entry, 0);
            return previous == 0 ? Errno.ENOENT : Errno.None;
        }
    }

    // With the lock held.
    void Hold(BpfMap map)
    {
        map.RetainForProgram();
        _held.TryGetValue((nint)map.Header, out (BpfMap Map, int Entries) known);
        _held[(nint)map.Header] = (map, known.Entries + 1);
    }

    // Not with the lock held: giving back the last hold waits for runs, and a run's helper may wait for the lock.
    void Unhold(nint head)
    {
        BpfMap map;
        lock (_lock)
        {
            (map, int entries) = _held[head];
            if (entries == 1)
                _held.Remove(head);
            else
                _held[head] = (map, entries - 1);
        }

        map.ReleaseProgram();
    }

    // Runs that found the map before it was taken out go on using it, the interpreter's memory table included.
    void Release(nint head)
    {
        if (head != 0)
            Epochs.Retire(() => Unhold(head));
    }

    private protected override Errno ReadCore(byte* key, byte* value, uint processors)
    {
        lock (_lock)
        {
            MapHeader** entry = Find(key);
            if (entry == null || *entry == null)
                return Errno.ENOENT;
            *(uint*)value = (*entry)->Id;
            return Errno.None;
        }
    }

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors)
    {
        Errno error = Remove(key, out nint previous);
        Release(previous);
        return error;
    }

    private protected override Errno NextKeyCore(byte* key, byte* next)
    {
        if (!IsArray)
            return HashTable.NextKey(Header, key, next);
        uint index = key == null || *(uint*)key >= MaxEntries ? 0 : *(uint*)key + 1;
        if (index == MaxEntries)
            return Errno.ENOENT;
        *(uint*)next = index;
        return Errno.None;
    }

    internal override bool TryFindValue(ulong address, out MemoryWindow value)
    {
        value = default;
        return false;
    }

    private protected override void DisposeCore()
    {
        byte[] key = new byte[KeySize];
        List<nint> taken = [];
        fixed (byte* bytes = key)
        {
            // What is behind the last entry need not be looked at, and a hash has no first key then.
            bool isMore = Count != 0 && NextKeyCore(null, bytes) == Errno.None;
            while (isMore)
            {
                if (Remove(bytes, out nint previous) == Errno.None)
                    taken.Add(previous);
                isMore = taken.Count < Count && NextKeyCore(IsArray ? bytes : null, bytes) == Errno.None;
            }
        }

        if (taken.Count != 0)
            Epochs.Retire(() => taken.ForEach(Unhold));
    }
}
