// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.Interpreter;

/// <summary>Walks over the elements of a map for <c>bpf_for_each_map_elem</c>.</summary>
/// <remarks>
/// The interpreter runs helpers that call the program back itself (this one and <c>bpf_loop</c>), so that the callback is interpreted in
/// the same run and no exception has a native frame to cross. A cursor, not an enumerator: the callback may change the map.
/// </remarks>
internal interface IMapElements
{
    /// <summary>Moves to the next element.</summary>
    /// <param name="map">Address of the map, as the program holds it.</param>
    /// <param name="cursor">0 before the first call; the implementation's own afterwards.</param>
    /// <param name="key">Address of the key, readable for the program until the next call.</param>
    /// <param name="value">Address of the value, readable and writable for the program.</param>
    /// <returns>Whether there is one.</returns>
    bool TryNext(nint map, ref ulong cursor, out nint key, out nint value);

    /// <summary>The walk is over, at the end of the map or before it: what was kept for it may serve another.</summary>
    /// <param name="map">Address of the map, as the program holds it.</param>
    /// <param name="cursor">As the last step left it.</param>
    void End(nint map, ulong cursor)
    {
    }

    /// <summary>Whether a map is of a kind that can be walked.</summary>
    /// <param name="map">Address of the map, as the program holds it.</param>
    bool CanWalk(nint map);

    /// <summary>Definition of a map that is none of the object's but was found in one of its maps of maps; null when it is none.</summary>
    /// <param name="map">Address of the map, as the program holds it.</param>
    MapSpec? SpecOf(nint map) => null;
}
