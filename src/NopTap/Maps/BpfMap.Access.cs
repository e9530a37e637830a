// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Maps;

// Access by bytes: keys and values as programs have them in memory.
public abstract unsafe partial class BpfMap
{
    private protected const ulong HeaderLength = 4096;

    /// <summary>
    /// Bytes of a value as the members below take and give it: <see cref="ValueSize"/>, and for per-cpu maps the values of all
    /// <see cref="PossibleProcessors"/> in a row, each rounded up to 8 bytes.
    /// </summary>
    public int HostValueSize => IsPerProcessor ? PossibleProcessors * (int)AlignTo8(_spec.ValueSize) : ValueSize;

    /// <summary>Copies the value under a key.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Receives the value: <see cref="HostValueSize"/> bytes; for per-cpu maps any whole number of processors.</param>
    /// <returns>Whether there is such a key.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="BpfOperationException">The map is not readable, or is no key-value map.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value) => TryLookup(key, value, MapLookup.Plain);

    /// <summary>Copies the value under a key, under its spin lock where that is asked for.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Receives the value as <see cref="TryLookup(ReadOnlySpan{byte}, Span{byte})"/> does; a lock in it as 0.</param>
    /// <param name="how">Whether to take the lock.</param>
    /// <returns>Whether there is such a key.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="BpfOperationException">The map is not readable, has no lock to take, or is no key-value map.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value, MapLookup how)
    {
        CheckKey(key);
        uint processors = ProcessorsIn(value.Length);
        Errno error = Readable();
        if (how != MapLookup.Plain && (how != MapLookup.Locked || !HasLock))
            throw new BpfOperationException(NoLock((ulong)how));
        if (error == Errno.None)
        {
            using MapUse use = Use();
            fixed (byte* k = key, v = value)
                error = how == MapLookup.Plain ? ReadCore(k, v, processors) : ReadLockedCore(k, v);
        }

        return error switch { Errno.None => true, Errno.ENOENT => false, _ => throw Refused(error, key) };
    }

    /// <summary>Copies the value under a key.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <exception cref="BpfOperationException">ENOENT: there is no such key; or the map is not readable.</exception>
    public byte[] Lookup(ReadOnlySpan<byte> key)
    {
        byte[] value = new byte[HostValueSize];
        return TryLookup(key, value) ? value : throw Refused(Errno.ENOENT, key);
    }

    /// <summary>Writes the value under a key, or says why not.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Value: <see cref="HostValueSize"/> bytes; for per-cpu maps any whole number of processors, from the first on.</param>
    /// <param name="mode">What must be there already.</param>
    /// <param name="error">Why not: EEXIST, ENOENT, E2BIG, EPERM or EINVAL.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryUpdate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdate mode, out Diagnostic? error)
    {
        Errno code = UpdateChecked(key, value, mode);
        error = code == Errno.None ? null : Explain(code, key, mode);
        return code == Errno.None;
    }

    /// <summary>Writes the value under a key.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Value: <see cref="HostValueSize"/> bytes; for per-cpu maps any whole number of processors, from the first on.</param>
    /// <param name="mode">What must be there already.</param>
    /// <exception cref="BpfOperationException">EEXIST, ENOENT, E2BIG, EPERM or EINVAL.</exception>
    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdate mode = MapUpdate.Any)
    {
        Errno code = UpdateChecked(key, value, mode);
        if (code != Errno.None)
            throw new BpfOperationException(Explain(code, key, mode));
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="BpfOperationException">The map is frozen or not writable, or its entries cannot be removed.</exception>
    public bool Delete(ReadOnlySpan<byte> key) => DeleteChecked(key, []);

    /// <summary>Removes a key and gives the value that it had.</summary>
    /// <param name="key">Key: <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Receives the value, as <see cref="TryLookup(ReadOnlySpan{byte}, Span{byte})"/>.</param>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="BpfOperationException">The map is frozen or not accessible, or its entries cannot be removed.</exception>
    public bool LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value)
    {
        Errno error = Readable();
        if (error != Errno.None)
            throw Refused(error, key);
        ArgumentOutOfRangeException.ThrowIfZero(value.Length, nameof(value));
        return DeleteChecked(key, value);
    }

    /// <summary>Gives the key behind another, in the map's own order.</summary>
    /// <param name="key">Key from which to go on; empty to begin. One that is not in the map begins anew, too.</param>
    /// <param name="next">Receives the next key: <see cref="KeySize"/> bytes.</param>
    /// <returns>False at the end.</returns>
    public bool GetNextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        if (!key.IsEmpty)
            CheckKey(key);
        CheckKey(next);
        Errno error = Readable();
        if (error == Errno.None)
        {
            using MapUse use = Use();
            fixed (byte* k = key, n = next)
                error = NextKeyCore(key.IsEmpty ? null : k, n);
        }

        return error switch { Errno.None => true, Errno.ENOENT => false, _ => throw Refused(error, key) };
    }

    private protected abstract Errno ReadCore(byte* key, byte* value, uint processors);

    private protected virtual Errno ReadLockedCore(byte* key, byte* value) => Errno.EINVAL;

    private protected abstract Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors);

    private protected abstract Errno DeleteCore(byte* key, byte* value, uint processors);

    private protected abstract Errno NextKeyCore(byte* key, byte* next);

    /// <summary>Error of a read from the host that the flags forbid.</summary>
    internal Errno Readable() => (Flags & MapFlags.WriteOnly) != 0 ? Errno.EPERM : Errno.None;

    /// <summary>Error of a write from the host that the flags or the freeze forbid.</summary>
    internal Errno Writable() => IsFrozen || (Flags & MapFlags.ReadOnly) != 0 ? Errno.EPERM : Errno.None;

    internal BpfOperationException Refused(Errno error, ReadOnlySpan<byte> key) => new(Explain(error, key, MapUpdate.Any));

    Errno UpdateChecked(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdate mode)
    {
        CheckKey(key);
        uint processors = ProcessorsIn(value.Length);
        Errno error = Writable();
        if (error != Errno.None)
            return error;
        using MapUse use = Use();
        fixed (byte* k = key, v = value)
            return UpdateCore(k, v, mode, processors);
    }

    bool DeleteChecked(ReadOnlySpan<byte> key, Span<byte> value)
    {
        CheckKey(key);
        uint processors = value.IsEmpty ? 0 : ProcessorsIn(value.Length);
        Errno error = Writable();
        if (error == Errno.None)
        {
            using MapUse use = Use();
            fixed (byte* k = key, v = value)
                error = DeleteCore(k, v, processors);
        }

        return error switch { Errno.None => true, Errno.ENOENT => false, _ => throw Refused(error, key) };
    }

    private protected void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize)
            throw new ArgumentException($"key of {key.Length} bytes; map '{Name}' has keys of {KeySize}", nameof(key));
    }

    uint ProcessorsIn(int length)
    {
        if (!IsPerProcessor)
        {
            return length == ValueSize
                ? 1u
                : throw new ArgumentException($"value of {length} bytes; map '{Name}' has values of {ValueSize}", nameof(length));
        }

        uint stride = AlignTo8(_spec.ValueSize);
        uint processors = (uint)length / stride;
        if (processors == 0 || processors * stride != length || processors > ProcessorSlots.Maximum)
            throw new ArgumentException($"value of {length} bytes; map '{Name}' has {stride} bytes for each processor", nameof(length));
        return processors;
    }

    private protected Diagnostic Explain(Errno error, ReadOnlySpan<byte> key, MapUpdate mode) => error switch
    {
        Errno.ENOENT => RuntimeDiagnostics.MapKeyMissing.At(Place, $"key {Text(key)} does not exist", "update with MapUpdate.Any, or test first"),
        Errno.EEXIST => RuntimeDiagnostics.MapKeyExists.At(Place, $"key {Text(key)} exists already", "update with MapUpdate.Any or Exist"),
        Errno.ENOSPC => RuntimeDiagnostics.MapTrieFull.At(Place, $"all {MaxEntries} entries are in use", "delete some, or raise max_entries"),
        Errno.EINVAL when Type == MapType.LpmTrie && mode <= MapUpdate.Exist => RuntimeDiagnostics.MapPrefix.At(
            Place, $"prefix of {BitConverter.ToUInt32(key)} bits in a key of {KeySize - 4} bytes", $"use at most {(KeySize - 4) * 8} bits"),
        Errno.E2BIG when Type is MapType.Hash or MapType.PercpuHash or MapType.HashOfMaps => RuntimeDiagnostics.MapFull.At(
            Place, $"all {MaxEntries} entries are in use", "delete some, or raise max_entries"),
        Errno.E2BIG => RuntimeDiagnostics.MapIndexBeyondEnd.At(
            Place, $"index {BitConverter.ToUInt32(key)} of an array of {MaxEntries}", "stay below max_entries"),
        Errno.EPERM when IsFrozen => RuntimeDiagnostics.MapFrozen.At(Place, "the map is frozen", "write before it is frozen or loaded"),
        Errno.EPERM => RuntimeDiagnostics.MapAccessDenied.At(Place, $"access forbidden by flags {Flags}", "create the map without that flag"),
        Errno.EINVAL when (mode & MapUpdate.Locked) != 0 && !HasLock => NoLock((ulong)mode),
        Errno.EINVAL when mode > MapUpdate.Exist || Type is MapType.ProgArray or MapType.ArrayOfMaps => RuntimeDiagnostics.MapUpdateFlags.At(
            Place, $"update flags {(ulong)mode} are not allowed for {Type}", "use MapUpdate.Any"),
        Errno.EINVAL => RuntimeDiagnostics.MapDeleteFromArray.At(Place, $"entries of {Type} cannot be deleted", "write zero instead"),
        _ => RuntimeDiagnostics.MapOperationNotSupported.At(Place, $"operation not supported by {Type}", "use the members of this kind of map"),
    };

    Diagnostic NoLock(ulong flags) => RuntimeDiagnostics.MapHasNoLock.At(
        Place, $"flags {flags} ask for the lock in a value, and values of this map have none", "put one struct bpf_spin_lock into the type of the value, or leave the flag out");

    static string Text(ReadOnlySpan<byte> key) => Convert.ToHexStringLower(key.Length > 16 ? key[..16] : key);
}
