// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>A BPF register (RFC 9669, section 2.2): r0 returns, r1 to r5 pass arguments, r6 to r9 are kept by calls, r10 is the read-only frame pointer.</summary>
public enum Register : byte
{
    /// <summary>Return value of calls and of the program.</summary>
    R0,

    /// <summary>First argument; the context at the start of a program.</summary>
    R1,

    /// <summary>Second argument.</summary>
    R2,

    /// <summary>Third argument.</summary>
    R3,

    /// <summary>Fourth argument.</summary>
    R4,

    /// <summary>Fifth argument.</summary>
    R5,

    /// <summary>Kept by calls.</summary>
    R6,

    /// <summary>Kept by calls.</summary>
    R7,

    /// <summary>Kept by calls.</summary>
    R8,

    /// <summary>Kept by calls.</summary>
    R9,

    /// <summary>Frame pointer: one past the highest byte of the 512-byte frame; read-only.</summary>
    R10,
}
