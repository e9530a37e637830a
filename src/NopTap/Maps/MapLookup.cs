// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>How a value is read, with the kernel's values.</summary>
public enum MapLookup : ulong
{
    /// <summary>As it lies in memory; a value that is being written may be seen half old and half new.</summary>
    Plain = 0,

    /// <summary><c>BPF_F_LOCK</c>: under the spin lock in the value, so whole.</summary>
    Locked = 4,
}
