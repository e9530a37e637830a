// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>Makes live maps of definitions.</summary>
internal static class MapFactory
{
    const uint LargestUnsupported = 1 << 22;

    /// <summary>Makes a map, or says why not. Initial content is written and <c>.rodata</c> frozen.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="id">Its id.</param>
    /// <param name="map">The map.</param>
    /// <param name="error">What was wrong.</param>
    /// <param name="budget">What its memory is taken of, until it is given back; null where nobody counts.</param>
    internal static bool TryCreate(MapSpec spec, uint id, out BpfMap? map, out Diagnostic? error, MapBudget? budget = null)
    {
        map = null;
        error = MapDefinition.Check(spec);
        if (error is not null)
            return false;
        long cost = MapCost.Of(spec);
        if (budget is not null && !budget.TryTake(cost))
        {
            error = OverBudget(spec, cost, budget);
            return false;
        }

        map = Make(spec, id, out error);
        if (map is null)
            budget?.Give(cost);
        else if (budget is not null)
            map.OnMemoryReleased(() => budget.Give(cost));
        if (map is not null && (error = Initialize(map, spec)) is not null)
        {
            map.Dispose();
            map = null;
        }

        return map is not null;
    }

    static Diagnostic OverBudget(MapSpec spec, long cost, MapBudget budget) => RuntimeDiagnostics.MapBudgetSpent.At(
        new DiagnosticPlace { Map = spec.Name },
        $"the map takes up to {cost} bytes, of the budget MapBytes ({budget.Capacity}) {Math.Max(budget.Capacity - budget.Used, 0)} are left",
        "lower max_entries or the value size, dispose maps that are no longer needed, or raise BpfRuntimeOptions.MapBytes");

    static BpfMap? Make(MapSpec spec, uint id, out Diagnostic? error)
    {
        BpfMap? made = spec.Type switch
        {
            MapType.Array or MapType.PercpuArray => ArrayMap.TryCreate(spec, id),
            MapType.Hash or MapType.PercpuHash => HashMap.TryCreate(spec, id),
            MapType.ArrayOfMaps or MapType.HashOfMaps => BpfMapOfMaps.TryCreate(spec, id),
            MapType.LpmTrie => LpmTrieMap.TryCreate(spec, id),
            MapType.ProgArray => ProgramArrayMap.TryCreate(spec, id),
            _ => BpfRingBuffer.TryCreate(spec, id),
        };
        error = made is not null ? null : NoMemory(spec);
        return made;
    }

    /// <summary>Makes a map.</summary>
    /// <exception cref="BpfOperationException">The definition is refused, or the memory.</exception>
    internal static BpfMap Create(MapSpec spec, uint id, MapBudget? budget = null) =>
        TryCreate(spec, id, out BpfMap? map, out Diagnostic? error, budget) ? map! : throw new BpfOperationException(error!);

    /// <summary>Makes a map of an object, of whose maps some may be of kinds that do not exist here.</summary>
    /// <exception cref="BpfOperationException">The definition is refused, or the memory.</exception>
    internal static BpfMap CreateFor(MapSpec spec, uint id, MapBudget budget)
    {
        if (MapDefinition.Unsupported(spec) is not Diagnostic reason)
            return Create(spec, id, budget);
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
