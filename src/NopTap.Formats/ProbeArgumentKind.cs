// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>What a probe argument is to an observer.</summary>
public enum ProbeArgumentKind
{
    /// <summary>Integer, bool, char or enum: truncated and extended by the declared type.</summary>
    Integer,

    /// <summary>Pointer to the program type's own context structure.</summary>
    Context,

    /// <summary>Any other pointer: an address that probe_read_kernel may try.</summary>
    Pointer,

    /// <summary>Nobody declared a type: 64 bits of whatever the register holds, a number to an observer.</summary>
    Untyped,
}
