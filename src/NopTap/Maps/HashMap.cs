// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>Hashes and per-cpu hashes: owner of the memory on which <see cref="HashTable"/> works.</summary>
internal sealed unsafe class HashMap : BpfMap
{
    HashMap(MapSpec spec, uint id, MappedMemory memory, in HashLayout layout)
        : base(spec, id, memory) => layout.Apply(Header);

    /// <inheritdoc/>
    public override long Count
    {
        get
        {
            using MapUse use = Use();
            return Math.Clamp(Volatile.Read(ref Header->Count), 0, MaxEntries);
        }
    }

    internal static HashMap? TryCreate(MapSpec spec, uint id)
    {
        var layout = new HashLayout(spec, spec.ValueSize, spec.Type == MapType.PercpuHash, HeaderLength);
        MappedMemory? memory = MappedMemory.TryReserve(layout.Total);
        return memory is null ? null : new HashMap(spec, id, memory, layout);
    }

    private protected override Errno ReadCore(byte* key, byte* value, uint processors) => HashTable.Read(Header, key, value, processors);

    private protected override Errno ReadLockedCore(byte* key, byte* value) => HashTable.Read(Header, key, value, 1, locked: true);

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) =>
        MapOperations.UpdateHash(Header, key, value, (ulong)mode, 0, processors);

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors) =>
        HashTable.Delete(Header, key, value, processors);

    private protected override Errno NextKeyCore(byte* key, byte* next) => HashTable.NextKey(Header, key, next);

    private protected override int LookupBatchCore(ref MapCursor cursor, byte* keys, byte* values, int capacity, int valueSize, uint processors)
    {
        uint index = cursor.Next;
        uint skip = cursor.Skip;
        int count = 0;
        while (index <= Header->BucketMask && count < capacity)
        {
            uint given = HashTable.ReadBucket(Header, index, skip, keys, values, ref count, capacity, valueSize, processors, out bool isDone);
            skip = isDone ? 0 : skip + given;
            if (!isDone)
                break;
            index++;
        }

        cursor = new MapCursor(index, skip);
        return count;
    }

    internal override bool TryFindValue(ulong address, out MemoryWindow value)
    {
        if (Header->ProcessorValues == null)
            return TryFindInElement(address, Header->ElementValueOffset, Header->ValueSize, out value);
        value = default;
        ulong offset = address - (ulong)Header->ProcessorValues;
        if (address < (ulong)Header->ProcessorValues || offset / Header->ProcessorStride >= ProcessorSlots.Maximum)
            return false;
        ulong inProcessor = offset % Header->ProcessorStride;
        ulong number = inProcessor / Header->ValueStride;
        ulong start = address - (inProcessor % Header->ValueStride);
        value = new MemoryWindow(start, start + Header->ValueSize);
        return number > 0 && number < Header->ElementCount && value.Contains(address, 1);
    }

    internal override bool TryFindKey(ulong address, out MemoryWindow key) =>
        TryFindInElement(address, HashTable.KeyOffset, Header->KeySize, out key);

    bool TryFindInElement(ulong address, uint offset, uint size, out MemoryWindow part)
    {
        part = default;
        if (address < (ulong)Header->Values)
            return false;
        ulong distance = address - (ulong)Header->Values;
        ulong number = distance / Header->ElementStride;
        ulong start = address - (distance % Header->ElementStride) + offset;
        part = new MemoryWindow(start, start + size);
        return number > 0 && number < Header->ElementCount && part.Contains(address, 1);
    }
}
