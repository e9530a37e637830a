// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

/// <summary>Maps and keys for the tests of maps.</summary>
internal static class MapFixture
{
    internal static MapSpec Spec(MapType type, uint key = 4, uint value = 8, uint entries = 4, MapFlags flags = MapFlags.None) =>
        new() { Name = "test", Type = type, KeySize = key, ValueSize = value, MaxEntries = entries, Flags = (uint)flags };

    internal static BpfMap Create(MapType type, uint key = 4, uint value = 8, uint entries = 4, MapFlags flags = MapFlags.None) =>
        MapFactory.Create(Spec(type, key, value, entries, flags), 1);

    internal static byte[] Bytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    internal static Errno Update(this BpfMap map, uint key, ulong value, MapUpdate mode = MapUpdate.Any) =>
        map.TryUpdate(Bytes(key), Bytes(value), mode, out Diagnostic? error) ? Errno.None : error!.Errno;

    internal static ulong? Get(this BpfMap map, uint key)
    {
        ulong value = 0;
        return map.TryLookup(Bytes(key), MemoryMarshal.AsBytes(new Span<ulong>(ref value))) ? value : null;
    }
}
