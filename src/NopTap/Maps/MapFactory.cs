// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>Makes live maps of definitions.</summary>
internal static class MapFactory
{
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
            error = RuntimeDiagnostics.MemoryRefused.At(
                new DiagnosticPlace { Map = spec.Name }, "address space for the map was refused", "lower max_entries or the value size");
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

            spec.InitialValue.AsSpan().CopyTo(new Span<byte>((void*)map.ValuesAddress, (int)spec.ValueSize));
        }

        if (spec.IsReadOnlyData)
            map.Freeze();
        return null;
    }
}
