// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>What a patchable site does.</summary>
public enum SiteState
{
    /// <summary>Nothing: idle.</summary>
    Nop,

    /// <summary>It calls: observers are attached.</summary>
    Call,

    /// <summary>It jumps: an armed lazy probe.</summary>
    Jump,

    /// <summary>It is none of these; not a site.</summary>
    Other,
}
