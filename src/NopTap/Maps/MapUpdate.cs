// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>What an update expects to find and how it writes, with the kernel's values.</summary>
[Flags]
public enum MapUpdate : ulong
{
    /// <summary><c>BPF_ANY</c>: creates the entry or replaces it.</summary>
    Any = 0,

    /// <summary><c>BPF_NOEXIST</c>: creates; an entry that exists is EEXIST.</summary>
    NoExist = 1,

    /// <summary><c>BPF_EXIST</c>: replaces; an absent entry is ENOENT.</summary>
    Exist = 2,

    /// <summary>
    /// <c>BPF_F_LOCK</c>, with one of the others: writes a value that exists in place and under its spin lock, so that who reads under the lock sees it
    /// whole. For maps whose values have a lock.
    /// </summary>
    Locked = 4,
}
