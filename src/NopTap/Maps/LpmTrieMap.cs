// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>Longest-prefix-match maps: owner of the memory on which <see cref="LpmTrie"/> works.</summary>
internal sealed unsafe class LpmTrieMap : BpfMap
{
    readonly uint _nodes;

    LpmTrieMap(MapSpec spec, uint id, MappedMemory memory, uint nodes)
        : base(spec, id, memory)
    {
        _nodes = nodes;
        Header->Values = memory.Address + HeaderLength;
        Header->ElementValueOffset = ValueOffset(spec);
        Header->ElementStride = ValueOffset(spec) + AlignTo8(spec.ValueSize);
        Header->HighWater = 1;
    }

    /// <inheritdoc/>
    public override long Count
    {
        get
        {
            using MapUse use = Use();
            return Volatile.Read(ref Header->Count);
        }
    }

    /// <summary>Bytes of all nodes.</summary>
    internal static long BytesOf(MapSpec spec) => (long)(Nodes(spec) * (ValueOffset(spec) + AlignTo8(spec.ValueSize)));

    internal static LpmTrieMap? TryCreate(MapSpec spec, uint id)
    {
        ulong nodes = Nodes(spec);
        if (nodes > int.MaxValue)
            return null;
        MappedMemory? memory = MappedMemory.TryReserve(HeaderLength + AlignToPage((ulong)BytesOf(spec)));
        return memory is null ? null : new LpmTrieMap(spec, id, memory, (uint)nodes);
    }

    // A joint for each prefix but one, one node that is being put in place of another, and none at number 0.
    static ulong Nodes(MapSpec spec) => (2ul * spec.MaxEntries) + 2;

    private protected override Errno ReadCore(byte* key, byte* value, uint processors)
    {
        byte* found = LpmTrie.Lookup(Header, key);
        if (found == null)
            return Errno.ENOENT;
        Buffer.MemoryCopy(found, value, ValueSize, ValueSize);
        return Errno.None;
    }

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) => LpmTrie.Update(Header, key, value, (ulong)mode);

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors) =>
        value == null ? LpmTrie.Delete(Header, key) : Errno.EOPNOTSUPP;

    private protected override Errno NextKeyCore(byte* key, byte* next) => LpmTrie.NextKey(Header, key, next);

    // The cursor counts entries: nothing better stays true while prefixes come and go.
    private protected override int LookupBatchCore(ref MapCursor cursor, byte* keys, byte* values, int capacity, int valueSize, uint processors)
    {
        byte[] last = new byte[KeySize];
        uint seen = 0;
        int count = 0;
        fixed (byte* key = last)
        {
            for (bool isMore = NextKeyCore(null, key) == Errno.None; isMore && count < capacity; isMore = NextKeyCore(key, key) == Errno.None)
            {
                if (seen++ < cursor.Next || ReadCore(key, values + ((long)count * valueSize), 1) != Errno.None)
                    continue;
                last.CopyTo(new Span<byte>(keys + ((long)count * KeySize), KeySize));
                count++;
            }
        }

        cursor = new MapCursor(Math.Max(seen, cursor.Next), 0);
        return count;
    }

    internal override bool TryFindValue(ulong address, out MemoryWindow value)
    {
        value = default;
        if (address < (ulong)Header->Values)
            return false;
        ulong distance = address - (ulong)Header->Values;
        ulong node = distance / Header->ElementStride;
        ulong start = address - (distance % Header->ElementStride) + Header->ElementValueOffset;
        value = new MemoryWindow(start, start + Header->ValueSize);
        return node > 0 && node < _nodes && value.Contains(address, 1);
    }

    static uint ValueOffset(MapSpec spec) => LpmTrie.HeadSize + AlignTo8(spec.KeySize - 4);
}
