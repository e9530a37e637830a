// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Maps;

namespace NopTap;

/// <summary>How one object is loaded. Immutable; may be used for any number of objects.</summary>
public sealed record LoadOptions
{
    /// <summary>Live maps to be used in place of those that the object declares, by the names that it gives them.</summary>
    /// <remarks>
    /// As libbpf's <c>bpf_map__reuse_fd</c>: of the same runtime, not disposed, and alike in type, sizes, capacity, flags and lock. They keep their content;
    /// the object's initial bytes are not written. Its initial entries are, into prog arrays and maps of maps: where its load is refused they are taken out again, but what they
    /// replaced is not put back. A map that is given counts before one that is pinned. The object holds them until it is disposed, and
    /// so do their other holders.
    /// </remarks>
    /// <exception cref="ArgumentException">One of them is null.</exception>
    public ImmutableDictionary<string, BpfMap> Maps
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.ContainsValue(null!))
                throw new ArgumentException("a map is null", nameof(value));
            field = value;
        }
    } = ImmutableDictionary<string, BpfMap>.Empty;
}
