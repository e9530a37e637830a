// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>Makes live maps of definitions.</summary>
internal static class MapFactory
{
    const uint LargestUnsupported = 1 << 22;

    /// <summary>Makes a map, or says why not. Initial content is written and <c>.rodata</c> frozen.</summary>
    internal static bool TryCreate(MapSpec spec, uint id, out BpfMap? map, out Diagnostic? error)
    {
        map = null;
        error = MapDefinition.Check(spec);
        if (error is not null)
            return false;
        BpfMap? made = spec.Type switch
        {
            MapType.Array or MapType.PercpuArray => ArrayMap.TryCreate(spec, id),
            MapType.Hash or MapType.PercpuHash => HashMap.TryCreate(spec, id),
            MapType.ArrayOfMaps or MapType.HashOfMaps => BpfMapOfMaps.TryCreate(spec, id),
            MapType.LpmTrie => LpmTrieMap.TryCreate(spec, id),
            MapType.ProgArray => ProgramArrayMap.TryCreate(spec, id),
            _ => BpfRingBuffer.TryCreate(spec, id),
        };
        if (made is null)
        {
            error = NoMemory(spec);
            return false;
        }

        error = Initialize(made, spec);
        if (error is not null)
            made.Dispose();
        else
            map = made;
        return error is null;
    }

    /// <summary>Makes a map.</summary>
    /// <exception cref="BpfOperationException">The definition is refused, or the memory.</exception>
    internal static BpfMap Create(MapSpec spec, uint id) =>
        TryCreate(spec, id, out BpfMap? map, out Diagnostic? error) ? map! : throw new BpfOperationException(error!);

    /// <summary>Makes a map of an object, of whose maps some may be of kinds that do not exist here.</summary>
    /// <exception cref="BpfOperationException">The definition is refused, or the memory.</exception>
    internal static BpfMap CreateFor(MapSpec spec, uint id)
    {
        if (MapDefinition.Unsupported(spec) is not Diagnostic reason)
            return Create(spec, id);
        // Nobody will read so many bytes, but sizes of live maps fit an int.
        if (spec.KeySize > LargestUnsupported || spec.ValueSize > LargestUnsupported)
            throw new BpfOperationException(reason);
        return UnsupportedMap.TryCreate(spec, id) ?? throw new BpfOperationException(NoMemory(spec));
    }

    static Diagnostic NoMemory(MapSpec spec) => RuntimeDiagnostics.MemoryRefused.At(
        new DiagnosticPlace { Map = spec.Name }, "address space for the map was refused", "lower max_entries or the value size");

    static unsafe Diagnostic? Initialize(BpfMap map, MapSpec spec)
    {
        if (!spec.InitialValue.IsDefaultOrEmpty)
        {
            if (map is not ArrayMap || (uint)spec.InitialValue.Length > spec.ValueSize)
            {
                return RuntimeDiagnostics.MapInitialValue.At(
                    new DiagnosticPlace { Map = spec.Name },
                    $"initial content of {spec.InitialValue.Length} bytes for a value of {spec.ValueSize}",
                    "enlarge the value or shorten the content");
            }

            byte[] content = new byte[spec.ValueSize];
            spec.InitialValue.AsSpan().CopyTo(content);
            // A lock in it belongs to whoever holds it, and nobody does yet.
            fixed (byte* from = content)
                MapValue.Write(map.Header, (byte*)map.ValuesAddress, from);
        }

        if (spec.IsReadOnlyData)
            map.Freeze();
        return null;
    }
}
