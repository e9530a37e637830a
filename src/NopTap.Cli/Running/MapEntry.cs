// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using NopTap.Cli.Values;
using NopTap.Formats.Btf;
using NopTap.Maps;

namespace NopTap.Cli.Running;

/// <summary>One entry of a map, typed where the object's BTF says how.</summary>
/// <param name="Key">Key; null for a record of a ring buffer.</param>
/// <param name="Value">Value; of a per-processor map an object with a member for each processor.</param>
/// <param name="IsZero">Whether all bytes of the value of an array are zero: nobody has touched it.</param>
sealed record MapEntry(JsonNode? Key, JsonNode? Value, bool IsZero)
{
    /// <summary>The entries of a map now. Records of a ring buffer are taken out.</summary>
    public static IEnumerable<MapEntry> Of(BpfMap map, BtfTypes? types) => map switch
    {
        BpfRingBuffer ring => OfRing(ring),
        BpfMapOfMaps maps => OfMaps(maps, types is null ? null : new BtfValue(types)),
        ProgramArrayMap programs => OfPrograms(programs),
        _ => OfBytes(map, types is null ? null : new BtfValue(types)),
    };

    static List<MapEntry> OfRing(BpfRingBuffer ring)
    {
        var entries = new List<MapEntry>();
        while (ring.TryRead() is { } record)
            entries.Add(new MapEntry(entries.Count, BtfValue.Hex(record), IsZero: false));
        return entries;
    }

    static IEnumerable<MapEntry> OfPrograms(ProgramArrayMap programs)
    {
        for (uint index = 0; index < programs.MaxEntries; index++)
        {
            if (programs.Get(index) is { } program)
                yield return new MapEntry(index, program.Name, IsZero: false);
        }
    }

    static IEnumerable<MapEntry> OfMaps(BpfMapOfMaps maps, BtfValue? typed)
    {
        byte[] key = [];
        byte[] next = new byte[maps.KeySize];
        while (maps.GetNextKey(key, next))
        {
            key = [.. next];
            if (maps.Get(key) is { } inner)
                yield return new MapEntry(Typed(typed, maps.Spec.KeyTypeId, key), inner.Name, IsZero: false);
        }
    }

    static IEnumerable<MapEntry> OfBytes(BpfMap map, BtfValue? typed)
    {
        bool isArray = !map.Type.ToString().Contains("Hash", StringComparison.Ordinal);
        byte[] key = [];
        byte[] next = new byte[map.KeySize];
        byte[] value = new byte[map.HostValueSize];
        while (map.GetNextKey(key, next))
        {
            key = [.. next];
            if (!map.TryLookup(key, value))
                continue;
            bool isZero = isArray && value.AsSpan().IndexOfAnyExcept((byte)0) < 0;
            yield return new MapEntry(Typed(typed, map.Spec.KeyTypeId, key), ValueOf(map, typed, value), isZero);
        }
    }

    static JsonNode Typed(BtfValue? typed, int typeId, ReadOnlySpan<byte> bytes) => typed?.Read(typeId, bytes) ?? BtfValue.Hex(bytes);

    static JsonNode ValueOf(BpfMap map, BtfValue? typed, ReadOnlySpan<byte> bytes)
    {
        if (!map.IsPerProcessor)
            return Typed(typed, map.Spec.ValueTypeId, bytes);
        var values = new JsonObject();
        int stride = bytes.Length / BpfMap.PossibleProcessors;
        for (int processor = 0; processor < BpfMap.PossibleProcessors; processor++)
        {
            ReadOnlySpan<byte> value = bytes.Slice(processor * stride, map.ValueSize);
            if (value.IndexOfAnyExcept((byte)0) >= 0)
                values[string.Create(CultureInfo.InvariantCulture, $"cpu{processor}")] = Typed(typed, map.Spec.ValueTypeId, value);
        }

        return values;
    }
}
