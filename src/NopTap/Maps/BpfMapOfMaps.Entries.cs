// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Isa;

namespace NopTap.Maps;

// The host's side of a map of maps: maps in and out.
public sealed unsafe partial class BpfMapOfMaps
{
    /// <summary>Puts a map under a key, in place of the one that was there.</summary>
    /// <param name="key">Key: <see cref="BpfMap.KeySize"/> bytes.</param>
    /// <param name="map">A map like <see cref="Template"/>, for example one of <see cref="BpfRuntime.CreateMap"/>.</param>
    /// <param name="mode">What must be there already; an array takes only <see cref="MapUpdate.Any"/>.</param>
    /// <exception cref="ArgumentException">The key has the wrong length.</exception>
    /// <exception cref="BpfOperationException">The map is unlike the template, or the entry cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">One of the maps is disposed.</exception>
    public void Set(ReadOnlySpan<byte> key, BpfMap map, MapUpdate mode = MapUpdate.Any)
    {
        ArgumentNullException.ThrowIfNull(map);
        CheckKey(key);
        if (Difference(map) is string difference)
        {
            throw new BpfOperationException(RuntimeDiagnostics.InnerMapMismatch.At(
                Place, $"map '{map.Name}' {difference}", "make the map from Template, changing its name only"));
        }

        Errno error = Writable();
        nint previous = 0;
        if (error == Errno.None)
        {
            fixed (byte* bytes = key)
                error = SetChecked(bytes, map, mode, out previous);
        }

        if (error != Errno.None)
            throw new BpfOperationException(Explain(error, key, mode));
        Release(previous);
    }

    /// <summary>Puts a map under an index, in place of the one that was there.</summary>
    /// <param name="index">Index, or a key of 4 bytes.</param>
    /// <param name="map">A map like <see cref="Template"/>.</param>
    /// <exception cref="BpfOperationException">The map is unlike the template, or the index is beyond the end.</exception>
    public void Set(uint index, BpfMap map) => Set(BytesOf(ref index), map);

    /// <summary>The map under a key, or null.</summary>
    /// <param name="key">Key: <see cref="BpfMap.KeySize"/> bytes.</param>
    /// <exception cref="ArgumentException">The key has the wrong length.</exception>
    /// <exception cref="ObjectDisposedException">This map is disposed.</exception>
    public BpfMap? Get(ReadOnlySpan<byte> key)
    {
        CheckKey(key);
        using MapUse use = Use();
        fixed (byte* bytes = key)
        {
            lock (_lock)
            {
                nint* entry = (nint*)Find(bytes);
                return entry != null && *entry != 0 ? _held[*entry].Map : null;
            }
        }
    }

    /// <summary>The map under an index, or null.</summary>
    /// <param name="index">Index, or a key of 4 bytes.</param>
    public BpfMap? Get(uint index) => Get(BytesOf(ref index));

    /// <summary>Takes the map out that is under a key.</summary>
    /// <param name="key">Key: <see cref="BpfMap.KeySize"/> bytes.</param>
    /// <returns>Whether one was there.</returns>
    /// <exception cref="BpfOperationException">The entry cannot be written, or lies beyond the end of an array.</exception>
    public bool Clear(ReadOnlySpan<byte> key) => Delete(key);

    /// <summary>Takes the map out that is under an index.</summary>
    /// <param name="index">Index, or a key of 4 bytes.</param>
    /// <returns>Whether one was there.</returns>
    public bool Clear(uint index) => Delete(BytesOf(ref index));

    Errno SetChecked(byte* key, BpfMap map, MapUpdate mode, out nint previous)
    {
        Errno error;
        lock (_lock)
        {
            // Inside the lock: whoever disposes of this map empties it under the lock, and nothing may come in afterwards.
            using MapUse use = Use();
            Hold(map);
            error = Store(key, map.Header, mode, out previous);
        }

        if (error == Errno.None)
            return error;
        previous = 0;
        Unhold((nint)map.Header);
        return error;
    }

    static ReadOnlySpan<byte> BytesOf(ref uint index) => MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(ref index));
}
