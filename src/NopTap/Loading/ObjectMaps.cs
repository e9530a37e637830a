// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Loading;

/// <summary>The maps of an object that is being loaded: given by the host, pinned, or made. Disposing drops them again unless they were kept.</summary>
/// <param name="runtime">Where the object is loaded.</param>
/// <param name="spec">The object.</param>
/// <param name="options">Which maps are given.</param>
internal sealed class ObjectMaps(BpfRuntime runtime, BpfObjectSpec spec, LoadOptions options) : IDisposable
{
    readonly ImmutableArray<BpfMap>.Builder _maps = ImmutableArray.CreateBuilder<BpfMap>(spec.Maps.Length);
    readonly List<BpfMap> _newPins = [];
    bool _isKept;

    /// <summary>Takes all maps, in the order of the object.</summary>
    /// <exception cref="BpfOperationException">One is refused.</exception>
    public ImmutableArray<BpfMap> Take()
    {
        foreach (string name in options.Maps.Keys)
        {
            if (!spec.Maps.Any(map => map.Name == name))
            {
                throw new BpfOperationException(RuntimeDiagnostics.SharedMapRefused.At(
                    new DiagnosticPlace { File = spec.Name, Map = name }, "a map is given by a name that the object does not declare", "give it by the name of one of the object's maps"));
            }
        }

        foreach (MapSpec map in spec.Maps)
            _maps.Add(Take(map));
        return _maps.ToImmutable();
    }

    /// <summary>The object is loaded and holds its maps from now on.</summary>
    public void Keep() => _isKept = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isKept)
            return;
        foreach (BpfMap map in _maps)
            map.Drop();
        foreach (BpfMap map in _newPins)
            runtime.TakeBack(map);
    }

    BpfMap Take(MapSpec map)
    {
        if (options.Maps.TryGetValue(map.Name, out BpfMap? given))
            return runtime.TakeGiven(map, given);
        if (map.Pinning != 0 && MapDefinition.Unsupported(map) is null)
        {
            BpfMap pinned = runtime.TakePinned(map, out bool isNew);
            if (isNew)
                _newPins.Add(pinned);
            return pinned;
        }

        BpfMap made = runtime.MakeMap(map, isOfObject: true);
        runtime.Register(made);
        return made;
    }
}
