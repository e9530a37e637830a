// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Side effects of a helper that the verifier and the compiler must know.</summary>
[Flags]
public enum HelperEffects
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>May move the packet: pointers into it are lost (<c>bpf_helper_changes_pkt_data</c>).</summary>
    ChangesPacket = 1,

    /// <summary>Only for programs under a GPL-compatible licence.</summary>
    GplOnly = 2,

    /// <summary>Calls back into the program.</summary>
    CallsBack = 4,

    /// <summary>Enters managed code, so it costs about 8 ns a call.</summary>
    Managed = 8,

    /// <summary>What it returns must be given back on every path.</summary>
    Acquires = 16,

    /// <summary>What it returns is the socket argument in another guise: it ends when that one is given back.</summary>
    Casts = 32,

    /// <summary>Memory arguments may lie in the packet.</summary>
    TakesPackets = 64,
}
