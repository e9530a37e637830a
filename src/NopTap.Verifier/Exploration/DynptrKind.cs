// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Exploration;

/// <summary>What a dynptr points at.</summary>
enum DynptrKind
{
    /// <summary>A map's value.</summary>
    Local,

    /// <summary>A reservation in a ring buffer.</summary>
    Ring,

    /// <summary>The packet of a socket buffer.</summary>
    Skb,

    /// <summary>The packet of an XDP frame.</summary>
    Xdp,
}
