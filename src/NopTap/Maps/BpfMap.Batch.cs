// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Isa;

namespace NopTap.Maps;

// Many entries at once, and typed views.
public abstract unsafe partial class BpfMap
{
    /// <summary>A typed view.</summary>
    /// <typeparam name="TKey">As wide as the keys.</typeparam>
    /// <typeparam name="TValue">As wide as the values.</typeparam>
    /// <exception cref="BpfOperationException">The types do not fit, or the map is a per-cpu map, a prog array or a ring buffer.</exception>
    public BpfMap<TKey, TValue> As<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged => new(this);

    /// <summary>A typed view of a per-cpu map.</summary>
    /// <typeparam name="TKey">As wide as the keys.</typeparam>
    /// <typeparam name="TValue">As wide as the value of one processor.</typeparam>
    /// <exception cref="BpfOperationException">The types do not fit, or the map is no per-cpu map.</exception>
    public BpfPerProcessorMap<TKey, TValue> AsPerProcessor<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged => new(this);

    /// <summary>Reads many entries; call again with the same cursor until it gives 0.</summary>
    /// <param name="cursor">Where to go on; a new one to begin.</param>
    /// <param name="keys">Receives keys, one after the other.</param>
    /// <param name="values">Receives as many values; each as wide as <see cref="HostValueSize"/>.</param>
    /// <returns>How many were read.</returns>
    /// <exception cref="BpfOperationException">The map cannot be read, or has no entries of bytes.</exception>
    public int LookupBatch(ref MapCursor cursor, Span<byte> keys, Span<byte> values)
    {
        Errno error = Readable();
        if (error != Errno.None || HasNoBytes)
            throw Refused(error != Errno.None ? error : Errno.EOPNOTSUPP, default);
        uint processors = (uint)PossibleProcessors;
        int valueSize = IsPerProcessor ? (int)(processors * AlignTo8(_spec.ValueSize)) : ValueSize;
        int capacity = Math.Min(keys.Length / KeySize, values.Length / valueSize);
        if (capacity == 0)
            throw new ArgumentException($"room for no entry of {KeySize} and {valueSize} bytes", nameof(keys));
        using MapUse use = Use();
        fixed (byte* k = keys, v = values)
            return LookupBatchCore(ref cursor, k, v, capacity, valueSize, processors);
    }

    /// <summary>Writes many entries.</summary>
    /// <param name="keys">Keys, one after the other.</param>
    /// <param name="values">As many values.</param>
    /// <param name="mode">What must be there already.</param>
    /// <returns>How many were written; fewer than given when one was refused.</returns>
    public int UpdateBatch(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, MapUpdate mode = MapUpdate.Any)
    {
        int count = KeySize == 0 ? 0 : keys.Length / KeySize;
        if (count == 0 || count * KeySize != keys.Length || values.Length % count != 0)
            throw new ArgumentException($"{keys.Length} bytes of keys and {values.Length} of values are not as many of each", nameof(keys));
        int size = values.Length / count;
        int done = 0;
        while (done < count && UpdateChecked(keys.Slice(done * KeySize, KeySize), values.Slice(done * size, size), mode) == Errno.None)
            done++;
        return done;
    }

    /// <summary>Removes many keys.</summary>
    /// <param name="keys">Keys, one after the other.</param>
    /// <returns>How many were there.</returns>
    public int DeleteBatch(ReadOnlySpan<byte> keys)
    {
        if (KeySize == 0 || keys.Length % KeySize != 0)
            throw new ArgumentException($"{keys.Length} bytes are no whole number of keys of {KeySize}", nameof(keys));
        int removed = 0;
        for (int i = 0; i < keys.Length; i += KeySize)
            removed += Delete(keys.Slice(i, KeySize)) ? 1 : 0;
        return removed;
    }

    bool HasNoBytes => this is UnsupportedMap || Type is MapType.Ringbuf or MapType.ProgArray or MapType.ArrayOfMaps or MapType.HashOfMaps;

    internal void CheckTypes<TKey, TValue>(bool perProcessor)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        string? problem =
            HasNoBytes ? $"{Type} has no values of bytes"
            : perProcessor != IsPerProcessor ? $"{Type} needs {(IsPerProcessor ? "AsPerProcessor" : "As")}"
            : Unsafe.SizeOf<TKey>() != KeySize ? $"{typeof(TKey).Name} has {Unsafe.SizeOf<TKey>()} bytes, keys have {KeySize}"
            : Unsafe.SizeOf<TValue>() != ValueSize ? $"{typeof(TValue).Name} has {Unsafe.SizeOf<TValue>()} bytes, values have {ValueSize}"
            : null;
        if (problem is not null)
            throw new BpfOperationException(RuntimeDiagnostics.MapTypedView.At(Place, problem, "use types that mirror the C declarations of key and value"));
    }

    private protected virtual int LookupBatchCore(ref MapCursor cursor, byte* keys, byte* values, int capacity, int valueSize, uint processors) => 0;
}
