// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>A per-cpu map with typed keys and values: <c>map.AsPerProcessor&lt;uint, ulong&gt;()</c>. Thread-safe as the map is.</summary>
/// <typeparam name="TKey">As wide as the map's keys.</typeparam>
/// <typeparam name="TValue">As wide as the value of one processor.</typeparam>
public sealed class BpfPerProcessorMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    readonly int _stride;

    internal BpfPerProcessorMap(BpfMap map)
    {
        map.CheckTypes<TKey, TValue>(perProcessor: true);
        Map = map;
        _stride = (Unsafe.SizeOf<TValue>() + 7) & ~7;
    }

    /// <summary>The map.</summary>
    public BpfMap Map { get; }

    /// <summary>The values of all processors.</summary>
    /// <param name="key">Key.</param>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public TValue[] this[TKey key] =>
        TryGetValues(key, out TValue[]? values) ? values : throw new KeyNotFoundException($"map '{Map.Name}' has no key {key}");

    /// <summary>Reads the values of all processors.</summary>
    /// <param name="key">Key.</param>
    /// <param name="values">A value for each of <see cref="BpfMap.PossibleProcessors"/>.</param>
    /// <returns>Whether there is such a key.</returns>
    public bool TryGetValues(TKey key, [NotNullWhen(true)] out TValue[]? values)
    {
        values = new TValue[BpfMap.PossibleProcessors];
        if (TryGetValues(key, values))
            return true;
        values = null;
        return false;
    }

    /// <summary>Reads the values of the first processors.</summary>
    /// <param name="key">Key.</param>
    /// <param name="values">Receives a value for each of its elements.</param>
    /// <returns>Whether there is such a key.</returns>
    public bool TryGetValues(TKey key, Span<TValue> values)
    {
        // Values of whole words lie in the map as they do in an array: nothing to unpack, nothing to allocate.
        if (Unsafe.SizeOf<TValue>() == _stride)
            return Map.TryLookup(BytesOf(ref key), MemoryMarshal.AsBytes(values));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, ProcessorSlots.Maximum, nameof(values));
        byte[] raw = new byte[values.Length * _stride];
        if (!Map.TryLookup(BytesOf(ref key), raw))
            return false;
        for (int i = 0; i < values.Length; i++)
            values[i] = MemoryMarshal.Read<TValue>(raw.AsSpan(i * _stride));
        return true;
    }

    /// <summary>Writes the values of the first processors; the others keep theirs, or get zero in an entry that is new.</summary>
    /// <param name="key">Key.</param>
    /// <param name="values">A value a processor.</param>
    /// <param name="mode">What must be there already.</param>
    /// <exception cref="BpfOperationException">EEXIST, ENOENT, E2BIG or EPERM.</exception>
    public void Update(TKey key, ReadOnlySpan<TValue> values, MapUpdate mode = MapUpdate.Any)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, ProcessorSlots.Maximum, nameof(values));
        byte[] raw = new byte[values.Length * _stride];
        for (int i = 0; i < values.Length; i++)
            MemoryMarshal.Write(raw.AsSpan(i * _stride), values[i]);
        Map.Update(BytesOf(ref key), raw, mode);
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">Key.</param>
    /// <returns>Whether it was there.</returns>
    public bool Delete(TKey key) => Map.Delete(BytesOf(ref key));

    /// <summary>Adds up the values of all processors.</summary>
    /// <typeparam name="TSum">The value's type, as a number.</typeparam>
    /// <param name="key">Key.</param>
    /// <param name="number">What of a value to add.</param>
    /// <returns>The sum; zero when there is no such key.</returns>
    public TSum Sum<TSum>(TKey key, Func<TValue, TSum> number)
        where TSum : INumber<TSum>
    {
        ArgumentNullException.ThrowIfNull(number);
        TSum sum = TSum.Zero;
        if (TryGetValues(key, out TValue[]? values))
        {
            foreach (TValue value in values)
                sum += number(value);
        }

        return sum;
    }

    static Span<byte> BytesOf(ref TKey value) => MemoryMarshal.AsBytes(new Span<TKey>(ref value));
}
