// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>Bytes that the maps of one runtime may come to together. Thread-safe.</summary>
/// <param name="capacity">Bytes.</param>
internal sealed class MapBudget(long capacity)
{
    long _used;

    /// <summary>Bytes that there are.</summary>
    internal long Capacity => capacity;

    /// <summary>Bytes of the maps whose memory was not given back yet.</summary>
    internal long Used => Volatile.Read(ref _used);

    /// <summary>Takes bytes for a map.</summary>
    /// <param name="bytes">As <see cref="MapCost.Of"/> tells.</param>
    /// <returns>False when fewer are left; then none were taken.</returns>
    internal bool TryTake(long bytes)
    {
        long used = Volatile.Read(ref _used);
        while (bytes <= capacity - used)
        {
            long seen = Interlocked.CompareExchange(ref _used, used + bytes, used);
            if (seen == used)
                return true;
            used = seen;
        }

        return false;
    }

    /// <summary>Gives back what <see cref="TryTake"/> took.</summary>
    internal void Give(long bytes) => Interlocked.Add(ref _used, -bytes);
}
