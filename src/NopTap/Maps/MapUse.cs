// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>Keeps a map's memory while the host works on it, so that a Dispose on another thread waits its turn.</summary>
internal readonly ref struct MapUse
{
    readonly MapMemory _memory;

    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    internal MapUse(MapMemory memory)
    {
        bool added = false;
        memory.DangerousAddRef(ref added);
        _memory = memory;
    }

    public void Dispose() => _memory.DangerousRelease();
}
