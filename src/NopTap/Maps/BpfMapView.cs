// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>A map with typed keys and values: <c>map.As&lt;uint, ulong&gt;()</c>. Costs nothing beside the map; thread-safe as the map is.</summary>
/// <typeparam name="TKey">As wide as the map's keys; without padding, for padding would be compared.</typeparam>
/// <typeparam name="TValue">As wide as the map's values.</typeparam>
public sealed class BpfMap<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : unmanaged
    where TValue : unmanaged
{
    internal BpfMap(BpfMap map)
    {
        map.CheckTypes<TKey, TValue>(perProcessor: false);
        Map = map;
    }

    /// <summary>The map.</summary>
    public BpfMap Map { get; }

    /// <summary>Number of entries; for arrays the capacity.</summary>
    public long Count => Map.Count;

    /// <summary>Gets or sets the value under a key.</summary>
    /// <param name="key">Key.</param>
    /// <exception cref="KeyNotFoundException">Reading, there is no such key.</exception>
    /// <exception cref="BpfOperationException">Writing, the map is full, frozen or shorter.</exception>
    public TValue this[TKey key]
    {
        get => TryGetValue(key, out TValue value) ? value : throw new KeyNotFoundException($"map '{Map.Name}' has no key {key}");
        set => Update(key, value);
    }

    /// <summary>Reads the value under a key.</summary>
    /// <param name="key">Key.</param>
    /// <param name="value">The value, or zero.</param>
    /// <returns>Whether there is such a key.</returns>
    public bool TryGetValue(TKey key, out TValue value)
    {
        Unsafe.SkipInit(out value);
        if (Map.TryLookup(BytesOf(ref key), BytesOf(ref value)))
            return true;
        value = default;
        return false;
    }

    /// <summary>Reads the value under a key, under its spin lock where that is asked for.</summary>
    /// <param name="key">Key.</param>
    /// <param name="value">The value, or zero; a lock in it as zero.</param>
    /// <param name="how">Whether to take the lock.</param>
    /// <returns>Whether there is such a key.</returns>
    /// <exception cref="BpfOperationException">Values of the map have no lock.</exception>
    public bool TryGetValue(TKey key, out TValue value, MapLookup how)
    {
        Unsafe.SkipInit(out value);
        if (Map.TryLookup(BytesOf(ref key), BytesOf(ref value), how))
            return true;
        value = default;
        return false;
    }

    /// <summary>Whether there is such a key.</summary>
    /// <param name="key">Key.</param>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Writes the value under a key.</summary>
    /// <param name="key">Key.</param>
    /// <param name="value">Value.</param>
    /// <param name="mode">What must be there already.</param>
    /// <exception cref="BpfOperationException">EEXIST, ENOENT, E2BIG or EPERM.</exception>
    public void Update(TKey key, TValue value, MapUpdate mode = MapUpdate.Any) => Map.Update(BytesOf(ref key), BytesOf(ref value), mode);

    /// <summary>Writes the value under a key, or says why not.</summary>
    /// <param name="key">Key.</param>
    /// <param name="value">Value.</param>
    /// <param name="mode">What must be there already.</param>
    /// <param name="error">Why not.</param>
    public bool TryUpdate(TKey key, TValue value, MapUpdate mode, [NotNullWhen(false)] out Diagnostic? error) =>
        Map.TryUpdate(BytesOf(ref key), BytesOf(ref value), mode, out error);

    /// <summary>Removes a key.</summary>
    /// <param name="key">Key.</param>
    /// <returns>Whether it was there.</returns>
    public bool Delete(TKey key) => Map.Delete(BytesOf(ref key));

    /// <summary>Removes a key and gives its value.</summary>
    /// <param name="key">Key.</param>
    /// <param name="value">The value, or zero.</param>
    /// <returns>Whether it was there.</returns>
    public bool LookupAndDelete(TKey key, out TValue value)
    {
        value = default;
        return Map.LookupAndDelete(BytesOf(ref key), BytesOf(ref value));
    }

    /// <summary>Writes many entries.</summary>
    /// <param name="keys">Keys.</param>
    /// <param name="values">As many values.</param>
    /// <param name="mode">What must be there already.</param>
    /// <returns>How many were written; fewer than given when one was refused.</returns>
    public int UpdateBatch(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values, MapUpdate mode = MapUpdate.Any) =>
        Map.UpdateBatch(MemoryMarshal.AsBytes(keys), MemoryMarshal.AsBytes(values), mode);

    /// <summary>Reads many entries; call again with the same cursor until it gives 0.</summary>
    /// <param name="cursor">Where to go on; a new one to begin.</param>
    /// <param name="keys">Receives keys.</param>
    /// <param name="values">Receives as many values.</param>
    /// <returns>How many were read.</returns>
    public int LookupBatch(ref MapCursor cursor, Span<TKey> keys, Span<TValue> values) =>
        Map.LookupBatch(ref cursor, MemoryMarshal.AsBytes(keys), MemoryMarshal.AsBytes(values));

    /// <summary>Removes many keys.</summary>
    /// <param name="keys">Keys.</param>
    /// <returns>How many were there.</returns>
    public int DeleteBatch(ReadOnlySpan<TKey> keys) => Map.DeleteBatch(MemoryMarshal.AsBytes(keys));

    /// <summary>Enumerates the entries: each that is there from beginning to end once, those that come or go meanwhile perhaps.</summary>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator()
    {
        var keys = new TKey[64];
        var values = new TValue[64];
        var cursor = default(MapCursor);
        for (int count = LookupBatch(ref cursor, keys, values); count > 0; count = LookupBatch(ref cursor, keys, values))
        {
            for (int i = 0; i < count; i++)
                yield return new(keys[i], values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static Span<byte> BytesOf<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));
}
