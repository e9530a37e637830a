// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;

namespace NopTap;

// Maps that outlive or cross objects: made by the host, given to objects, pinned by name.
public sealed partial class BpfRuntime
{
    readonly Dictionary<string, BpfMap> _pins = [];

    /// <summary>Maps that are pinned now (<c>LIBBPF_PIN_BY_NAME</c>), by name.</summary>
    /// <remarks>
    /// The first object that declares a pinned map makes it, others of this runtime share it, and it stays with its content when they are disposed, as a
    /// file below /sys/fs/bpf does: until <see cref="Unpin"/>, until it is disposed, or as long as the runtime.
    /// </remarks>
    public IReadOnlyDictionary<string, BpfMap> PinnedMaps
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, BpfMap>(_pins);
        }
    }

    /// <summary>Removes a pin. The map stays for the objects that use it, and goes with the last of them.</summary>
    /// <param name="name">Name of the map.</param>
    /// <returns>Whether a map was pinned by that name.</returns>
    public bool Unpin(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        BpfMap? map;
        lock (_lock)
        {
            if (!_pins.Remove(name, out map))
                return false;
        }

        map.Drop();
        return true;
    }

    /// <summary>The map that is pinned by a definition's name, held for the caller; made and pinned where there is none.</summary>
    /// <param name="spec">Definition.</param>
    /// <param name="isNew">Whether it was made.</param>
    /// <exception cref="BpfOperationException">It cannot be made, or the one that is there is unlike the definition.</exception>
    internal BpfMap TakePinned(MapSpec spec, out bool isNew)
    {
        lock (_lock)
        {
            isNew = false;
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
            if (MapDefinition.Check(spec) is Diagnostic problem)
                throw new BpfOperationException(problem);
            if (_pins.TryGetValue(spec.Name, out BpfMap? pinned))
            {
                SharedMaps.Check(pinned, spec, "is pinned by that name");
                if (pinned.TryHold())
                    return pinned;
            }

            isNew = true;
            BpfMap made = MakeMap(spec);
            _ = made.TryHold();
            _pins[spec.Name] = made;
            Register(made);
            return made;
        }
    }

    /// <summary>Takes back a pin that a load made which failed, where nobody has come to share it meanwhile.</summary>
    internal void TakeBack(BpfMap pinned)
    {
        lock (_lock)
        {
            if (pinned.Holders != 1 || !_pins.TryGetValue(pinned.Name, out BpfMap? there) || there != pinned)
                return;
            _pins.Remove(pinned.Name);
        }

        pinned.Drop();
    }

    /// <summary>A map that the host gives to an object, held for that object.</summary>
    /// <exception cref="BpfOperationException">It is disposed, of another runtime, or unlike the definition.</exception>
    internal BpfMap TakeGiven(MapSpec spec, BpfMap map)
    {
        bool isHere;
        lock (_lock)
            isHere = _maps.TryGetValue(map.Id, out BpfMap? there) && there == map;
        var place = new DiagnosticPlace { Map = spec.Name };
        if (map.IsDisposed)
            throw new BpfOperationException(RuntimeDiagnostics.SharedMapRefused.At(place, $"the given map '{map.Name}' is disposed", "give a map that lives"));
        if (!isHere)
        {
            throw new BpfOperationException(RuntimeDiagnostics.SharedMapRefused.At(
                place, $"the given map '{map.Name}' is of another runtime", "create it with the runtime that loads the object"));
        }

        SharedMaps.Check(map, spec, $"is given ('{map.Name}')");
        if (!map.TryHold())
            throw new BpfOperationException(RuntimeDiagnostics.SharedMapRefused.At(place, $"the given map '{map.Name}' is disposed", "give a map that lives"));
        return map;
    }

    /// <summary>Lists a map until it is disposed.</summary>
    internal void Register(BpfMap map)
    {
        map.OnDispose = Forget;
        lock (_lock)
            _maps[map.Id] = map;
    }

    // With the lock held: a map that is disposed is pinned no more.
    void ForgetPin(BpfMap map)
    {
        if (_pins.TryGetValue(map.Name, out BpfMap? pinned) && pinned == map)
            _pins.Remove(map.Name);
    }
}
