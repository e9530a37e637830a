// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Contexts;

/// <summary>What a program gets in r1.</summary>
public enum ContextKind
{
    /// <summary>A host's own structure, or nothing.</summary>
    Plain,

    /// <summary>A packet as XDP programs see it.</summary>
    Xdp,

    /// <summary>A packet as socket-buffer programs see it.</summary>
    Skb,

    /// <summary>The arguments of a probe or function.</summary>
    Observer,

    /// <summary>Nothing that this runtime could give: programs of the type are loaded and not run.</summary>
    None,
}
