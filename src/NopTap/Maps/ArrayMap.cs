// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>Arrays, per-cpu arrays and global data: values side by side, an entry for each index from the start.</summary>
internal sealed unsafe class ArrayMap : BpfMap
{
    /// <summary>Copies of different processors never share a cache line, nor the line that is fetched with it.</summary>
    const ulong ProcessorAlignment = 128;

    readonly ulong _valuesLength;

    ArrayMap(MapSpec spec, uint id, MappedMemory memory, ulong processorStride)
        : base(spec, id, memory)
    {
        Header->Values = memory.Address + HeaderLength;
        Header->ProcessorStride = processorStride;
        _valuesLength = (ulong)spec.MaxEntries * Header->ValueStride;
    }

    internal override nint ValuesAddress => (nint)Header->Values;

    internal static ArrayMap? TryCreate(MapSpec spec, uint id)
    {
        ulong length = (ulong)spec.MaxEntries * AlignTo8(spec.ValueSize);
        ulong stride = 0;
        if (spec.Type == MapType.PercpuArray)
        {
            stride = (length + ProcessorAlignment - 1) & ~(ProcessorAlignment - 1);
            length = stride * ProcessorSlots.Maximum;
        }

        MappedMemory? memory = MappedMemory.TryReserve(HeaderLength + AlignToPage(length));
        return memory is null ? null : new ArrayMap(spec, id, memory, stride);
    }

    private protected override Errno ReadCore(byte* key, byte* value, uint processors)
    {
        if (*(uint*)key >= MaxEntries)
            return Errno.ENOENT;
        if (!IsPerProcessor)
        {
            MapValue.Read(Header, MapOperations.ArrayValue(Header, *(uint*)key, 0), value);
            return Errno.None;
        }

        for (uint i = 0; i < processors; i++, value += Header->ValueStride)
            Buffer.MemoryCopy(MapOperations.ArrayValue(Header, *(uint*)key, i), value, Header->ValueStride, Header->ValueStride);
        return Errno.None;
    }

    private protected override Errno ReadLockedCore(byte* key, byte* value)
    {
        if (*(uint*)key >= MaxEntries)
            return Errno.ENOENT;
        MapValue.ReadLocked(Header, MapOperations.ArrayValue(Header, *(uint*)key, 0), value);
        return Errno.None;
    }

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) =>
        MapOperations.UpdateArray(Header, *(uint*)key, value, (ulong)mode, 0, processors);

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors) => Errno.EINVAL;

    private protected override Errno NextKeyCore(byte* key, byte* next)
    {
        uint index = key == null || *(uint*)key >= MaxEntries ? 0 : *(uint*)key + 1;
        if (index == MaxEntries)
            return Errno.ENOENT;
        *(uint*)next = index;
        return Errno.None;
    }

    private protected override int LookupBatchCore(ref MapCursor cursor, byte* keys, byte* values, int capacity, int valueSize, uint processors)
    {
        uint index = cursor.Next;
        int count = 0;
        for (; count < capacity && index < MaxEntries; count++, index++)
        {
            ((uint*)keys)[count] = index;
            _ = ReadCore((byte*)&index, values + ((long)count * valueSize), processors);
        }

        cursor = new MapCursor(index, 0);
        return count;
    }

    internal override bool TryFindValue(ulong address, out MemoryWindow value)
    {
        value = default;
        ulong offset = address - (ulong)Header->Values;
        if (address < (ulong)Header->Values)
            return false;
        if (IsPerProcessor)
        {
            if (offset / Header->ProcessorStride >= ProcessorSlots.Maximum)
                return false;
            offset %= Header->ProcessorStride;
        }

        // One value, not several in a row: the kernel's bound, too. Global data is one value.
        ulong start = address - (offset % Header->ValueStride);
        value = new MemoryWindow(start, start + Header->ValueSize);
        return offset < _valuesLength && value.Contains(address, 1);
    }
}
