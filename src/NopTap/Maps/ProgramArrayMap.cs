// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>A prog array: the targets of tail calls. Entries are written as programs, not as bytes.</summary>
/// <remarks>
/// All programs that are in it or call through it are of one kind: same runtime, type, attach type, context and, for observers, prototype. The
/// first one says which.
/// <para>
/// Both engines read entries without a lock. Who replaces an entry keeps the old program alive until no thread can still be on its way to it.
/// </para>
/// </remarks>
public sealed unsafe partial class ProgramArrayMap : BpfMap
{
    const int PageLength = 1024;

    readonly Lock _lock = new();

    // In pages that are made when something is put into them. An entry is replaced whole, never changed.
    readonly Entry?[]?[] _pages;
    bool _isClosed;

    ProgramArrayMap(MapSpec spec, uint id, MappedMemory memory)
        : base(spec, id, memory)
    {
        Header->Programs = (nint*)(memory.Address + HeaderLength);
        _pages = new Entry?[((spec.MaxEntries - 1) / PageLength) + 1][];
    }

    /// <inheritdoc/>
    public override long Count
    {
        get
        {
            lock (_lock)
            {
                long count = 0;
                foreach (Entry?[]? page in _pages)
                    count += page?.Count(entry => entry is not null) ?? 0;
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
    /// <exception cref="ObjectDisposedException">The array is disposed.</exception>
    internal Errno SetProgram(uint index, object program, uint programId, nint address, out object? previous)
    {
        previous = null;
        if (index >= MaxEntries)
            return Errno.E2BIG;
        using MapUse use = Use();
        lock (_lock)
        {
            // Whatever came in behind the disposal would stay for ever.
            ObjectDisposedException.ThrowIf(_isClosed, this);
            Entry?[] page = _pages[index / PageLength] ?? new Entry?[PageLength];
            previous = page[index % PageLength]?.Program;
            Volatile.Write(ref page[index % PageLength], new Entry(program, programId));
            Volatile.Write(ref _pages[index / PageLength], page);
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
            previous = ClearAt(index);
            return previous is null ? Errno.ENOENT : Errno.None;
        }
    }

    // With the lock held.
    object? ClearAt(uint index)
    {
        if (EntryAt(index) is not { } entry)
            return null;
        Volatile.Write(ref Header->Programs[index], 0);
        Volatile.Write(ref _pages[index / PageLength]![index % PageLength], null);
        return entry.Program;
    }

    /// <summary>The program under an index, or null: what the interpreter's tail call takes.</summary>
    internal object? ProgramAt(uint index) => index < MaxEntries ? EntryAt(index)?.Program : null;

    Entry? EntryAt(uint index) => Volatile.Read(ref _pages[index / PageLength]) is { } page ? Volatile.Read(ref page[index % PageLength]) : null;

    private protected override Errno ReadCore(byte* key, byte* value, uint processors)
    {
        uint index = *(uint*)key;
        if (index >= MaxEntries)
            return Errno.ENOENT;
        Entry? entry = EntryAt(index);
        *(uint*)value = entry?.Id ?? 0;
        return entry is null ? Errno.ENOENT : Errno.None;
    }

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) =>
        mode != MapUpdate.Any ? Errno.EINVAL : Errno.EOPNOTSUPP;

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors)
    {
        Errno error = ClearProgram(*(uint*)key, out object? previous);
        (previous as BpfProgram)?.Release();
        return error;
    }

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
        List<BpfProgram> programs = [];
        lock (_lock)
        {
            _isClosed = true;
            for (uint i = 0; i < MaxEntries; i++)
            {
                if (_pages[i / PageLength] is null)
                {
                    i |= PageLength - 1;
                    continue;
                }

                if (ClearAt(i) is BpfProgram program)
                    programs.Add(program);
            }
        }

        // Giving back the last hold waits for runs, and a run must not find the lock taken by one who waits for it.
        foreach (BpfProgram program in programs)
            program.Release();
    }

    sealed record Entry(object Program, uint Id);
}
