// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>A live map: memory that programs and the host share. Every member may be used from many threads, while programs run.</summary>
/// <remarks>
/// Keys and values are native memory, so programs use them with plain loads and stores. A value that one side writes while the other
/// reads it may be seen half old and half new, as in the kernel; words of up to 8 bytes that are aligned are always whole.
/// Disposing ends the host's use; the memory goes when the last program that uses the map is unloaded.
/// </remarks>
public abstract unsafe partial class BpfMap : IDisposable
{
    readonly MapMemory _memory;
    readonly MapHeader* _header;
    readonly MapSpec _spec;
    int _isDisposed;
    int _holders = 1;

    private protected BpfMap(MapSpec spec, uint id, MappedMemory memory, MappedMemory? more = null)
    {
        _spec = spec;
        _memory = new MapMemory(memory, more, this);
        _header = (MapHeader*)memory.Address;
        _header->Type = (uint)spec.Type;
        _header->KeySize = spec.KeySize;
        _header->ValueSize = spec.ValueSize;
        _header->MaxEntries = spec.MaxEntries;
        _header->Flags = spec.Flags;
        _header->Id = id;
        _header->ValueStride = AlignTo8(spec.ValueSize);
        _header->Handle = _memory.OwnerHandle;
        _header->HasLock = spec.SpinLockOffset is null ? 0u : 1;
        _header->LockOffset = (uint)spec.SpinLockOffset.GetValueOrDefault();
        Id = id;
    }

    /// <summary>Processors whose copies of per-cpu values may hold something: at least the machine's, more when more threads run programs.</summary>
    public static int PossibleProcessors => ProcessorSlots.Count;

    /// <summary>Id, unique among the maps of a runtime.</summary>
    public uint Id { get; }

    /// <summary>Whole name, as the object gives it.</summary>
    public string Name => _spec.Name;

    /// <summary>Kind of map.</summary>
    public MapType Type => _spec.Type;

    /// <summary>Bytes in a key.</summary>
    public int KeySize => (int)_spec.KeySize;

    /// <summary>Bytes in a value; of one processor for per-cpu maps.</summary>
    public int ValueSize => (int)_spec.ValueSize;

    /// <summary>Capacity in entries; in bytes for a ring buffer.</summary>
    public uint MaxEntries => _spec.MaxEntries;

    /// <summary>Creation flags.</summary>
    public MapFlags Flags => (MapFlags)_spec.Flags;

    /// <summary>Whether the host may not write any more.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Whether each processor has its own value under a key.</summary>
    public bool IsPerProcessor => Type is MapType.PercpuArray or MapType.PercpuHash;

    /// <summary>Whether each value has a spin lock (<c>struct bpf_spin_lock</c>).</summary>
    public bool HasLock => _spec.SpinLockOffset is not null;

    /// <summary>Whether the host has disposed of it.</summary>
    public bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>The definition it was made of.</summary>
    public MapSpec Spec => _spec;

    /// <summary>Everything that is known of it.</summary>
    public MapInfo Info => new(
        Type,
        Id,
        _spec.KeySize,
        _spec.ValueSize,
        MaxEntries,
        Flags,
        Name.Length > MapInfo.NameLength ? Name[..MapInfo.NameLength] : Name,
        _spec.KeyTypeId,
        _spec.ValueTypeId,
        _spec.Extra,
        IsFrozen);

    /// <summary>Number of entries. For arrays the capacity; exact for hashes while nobody writes.</summary>
    public virtual long Count => MaxEntries;

    /// <summary>Native head; valid while the map or a program that uses it lives.</summary>
    internal MapHeader* Header => _header;

    /// <summary>First value of an array (of processor 0), or 0: what a direct reference of a program means.</summary>
    internal virtual nint ValuesAddress => 0;

    /// <summary>The map whose head is given, as helpers need it for what only managed code can do.</summary>
    internal static BpfMap? From(MapHeader* header) => MapMemory.Owner(header->Handle);

    /// <summary>Forbids the host to write from now on; programs still may.</summary>
    /// <exception cref="BpfOperationException">It is frozen already.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public void Freeze()
    {
        using MapUse use = Use();
        if (Interlocked.Exchange(ref _header->Frozen, 1) != 0)
            throw new BpfOperationException(RuntimeDiagnostics.MapAlreadyFrozen.At(Place, "the map is frozen already", "freeze it once"));
        IsFrozen = true;
    }

    /// <summary>Ends the host's use, for all objects that share the map, and its pin. The memory goes when no program uses the map any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        OnDispose?.Invoke(this);
        DisposeCore();
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Objects, pins and hosts that share the map; the last one that drops it disposes of it.</summary>
    internal int Holders => Volatile.Read(ref _holders);

    /// <summary>Shares the map with one more holder.</summary>
    /// <returns>False when it is disposed or about to be.</returns>
    internal bool TryHold()
    {
        for (int seen = Holders; seen > 0 && !IsDisposed; seen = Holders)
        {
            if (Interlocked.CompareExchange(ref _holders, seen + 1, seen) == seen)
                return true;
        }

        return false;
    }

    /// <summary>Ends one holder's use.</summary>
    internal void Drop()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            Dispose();
    }

    /// <summary>Keeps the memory for a program that has its address, and also holds this object; see <see cref="ReleaseProgram"/>.</summary>
    /// <exception cref="ObjectDisposedException">The host has disposed of it.</exception>
    internal void RetainForProgram()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        bool added = false;
        _memory.DangerousAddRef(ref added);
    }

    /// <summary>Gives back what <see cref="RetainForProgram"/> took.</summary>
    internal void ReleaseProgram() => _memory.DangerousRelease();

    /// <summary>Whether a program that may use this map may access these bytes: they lie inside one value.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="size">Number of bytes.</param>
    /// <param name="isWrite">Whether the access writes.</param>
    internal bool TryFindRegion(ulong address, ulong size, bool isWrite)
    {
        MapFlags forbidden = isWrite ? MapFlags.ReadOnlyForPrograms : MapFlags.WriteOnlyForPrograms;
        return (Flags & forbidden) == 0 && TryFindValue(address, out MemoryWindow value) && value.Contains(address, size);
    }

    /// <summary>The value that holds an address.</summary>
    /// <param name="address">Any byte of it.</param>
    /// <param name="value">From its first byte to its last.</param>
    internal abstract bool TryFindValue(ulong address, out MemoryWindow value);

    /// <summary>The key in an element of a hash that holds an address: what a callback of <c>bpf_for_each_map_elem</c> may read.</summary>
    /// <param name="address">Any byte of it.</param>
    /// <param name="key">From its first byte to its last.</param>
    internal virtual bool TryFindKey(ulong address, out MemoryWindow key)
    {
        key = default;
        return false;
    }

    /// <summary>The runtime that made it; null for a map that belongs to none.</summary>
    internal BpfRuntime? Home { get; set; }

    /// <summary>Has somebody told, once, that the memory was given back to the system.</summary>
    internal void OnMemoryReleased(Action released) => _memory.OnReleased = released;

    /// <summary>Called once when the host disposes of it.</summary>
    internal Action<BpfMap>? OnDispose { get; set; }

    private protected DiagnosticPlace Place => new() { Map = Name };

    private protected static uint AlignTo8(uint size) => (size + 7) & ~7u;

    private protected static ulong AlignToPage(ulong size) => (size + 4095) & ~4095ul;

    private protected virtual void DisposeCore()
    {
    }

    // Programs and maps that hold this one keep its memory beyond the host's use.
    private protected MapUse Use()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new MapUse(_memory);
    }
}
