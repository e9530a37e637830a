// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>Where a batch of look-ups goes on. A new one stands at the beginning.</summary>
public readonly struct MapCursor : IEquatable<MapCursor>
{
    internal MapCursor(uint next, uint skip) => (Next, Skip) = (next, skip);

    /// <summary>Index or bucket.</summary>
    internal uint Next { get; }

    /// <summary>Entries of that bucket that were given already.</summary>
    internal uint Skip { get; }

    /// <inheritdoc/>
    public bool Equals(MapCursor other) => Next == other.Next && Skip == other.Skip;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MapCursor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Next, Skip);

    /// <summary>Whether two stand at the same place.</summary>
    public static bool operator ==(MapCursor left, MapCursor right) => left.Equals(right);

    /// <summary>Whether two stand at different places.</summary>
    public static bool operator !=(MapCursor left, MapCursor right) => !left.Equals(right);
}
