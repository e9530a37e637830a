// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>A prog array: the targets of tail calls. Entries are written as programs, not as bytes.</summary>
/// <remarks>
/// Machine code reads <c>MapHeader.Programs</c> without a lock. Who replaces an entry keeps the old program alive until no thread can
/// still be on its way to it.
/// </remarks>
public sealed unsafe partial class ProgramArrayMap : BpfMap
{
    readonly Lock _lock = new();
    readonly Entry[] _entries;

    ProgramArrayMap(MapSpec spec, uint id, MappedMemory memory)
        : base(spec, id, memory)
    {
        Header->Programs = (nint*)(memory.Address + HeaderLength);
        _entries = new Entry[spec.MaxEntries];
    }

    /// <inheritdoc/>
    public override long Count
    {
        get
        {
            lock (_lock)
            {
                long count = 0;
                foreach (Entry entry in _entries)
                    count += entry.Program is null ? 0 : 1;
                return count;
            }
        }
    }

    internal static ProgramArrayMap? TryCreate(MapSpec spec, uint id)
    {
        // The managed side costs as much, so what cannot be allocated there is refused here.
        if (spec.MaxEntries > 1 << 24)
            return null;
        MappedMemory? memory = MappedMemory.TryReserve(HeaderLength + AlignToPage((ulong)spec.MaxEntries * (ulong)sizeof(nint)));
        return memory is null ? null : new ProgramArrayMap(spec, id, memory);
    }

    /// <summary>Puts a program under an index. Gives the one that was there, which the caller releases after a grace period.</summary>
    /// <param name="index">Index below the capacity.</param>
    /// <param name="program">The program, kept alive by the entry.</param>
    /// <param name="programId">Its id: what a look-up by bytes gives.</param>
    /// <param name="address">Code address that a tail call jumps to; 0 under the interpreter.</param>
    /// <param name="previous">The program that was there, or null.</param>
    internal Errno SetProgram(uint index, object program, uint programId, nint address, out object? previous)
    {
        previous = null;
        if (index >= MaxEntries)
            return Errno.E2BIG;
        using MapUse use = Use();
        lock (_lock)
        {
            previous = _entries[index].Program;
            _entries[index] = new Entry(program, programId);
            Volatile.Write(ref Header->Programs[index], address);
        }

        return Errno.None;
    }

    /// <summary>Empties an entry: E2BIG beyond the end, ENOENT when it is empty.</summary>
    internal Errno ClearProgram(uint index, out object? previous)
    {
        previous = null;
        if (index >= MaxEntries)
            return Errno.E2BIG;
        using MapUse use = Use();
        lock (_lock)
        {
            previous = _entries[index].Program;
            if (previous is null)
                return Errno.ENOENT;
            Volatile.Write(ref Header->Programs[index], 0);
            _entries[index] = default;
        }

        return Errno.None;
    }

    /// <summary>The program under an index, or null: what the interpreter's tail call takes.</summary>
    internal object? ProgramAt(uint index)
    {
        if (index >= MaxEntries)
            return null;
        lock (_lock)
            return _entries[index].Program;
    }

    private protected override Errno ReadCore(byte* key, byte* value, uint processors)
    {
        uint index = *(uint*)key;
        if (index >= MaxEntries)
            return Errno.ENOENT;
        lock (_lock)
        {
            *(uint*)value = _entries[index].Id;
            return _entries[index].Program is null ? Errno.ENOENT : Errno.None;
        }
    }

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) =>
        mode != MapUpdate.Any ? Errno.EINVAL : Errno.EOPNOTSUPP;

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors) => ClearProgram(*(uint*)key, out _);

    private protected override Errno NextKeyCore(byte* key, byte* next)
    {
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

    // As in the kernel, the entries go with the host's last use: otherwise two programs in each other's arrays would never be freed.
    private protected override void DisposeCore()
    {
        lock (_lock)
        {
            for (int i = 0; i < _entries.Length; i++)
            {
                if (_entries[i].Program is not null)
                    Volatile.Write(ref Header->Programs[i], 0);
                (_entries[i].Program as BpfProgram)?.Release();
                _entries[i] = default;
            }
        }
    }

    readonly record struct Entry(object? Program, uint Id);
}
