// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>What an update expects to find, with the kernel's values.</summary>
public enum MapUpdate : ulong
{
    /// <summary><c>BPF_ANY</c>: creates the entry or replaces it.</summary>
    Any = 0,

    /// <summary><c>BPF_NOEXIST</c>: creates; an entry that exists is EEXIST.</summary>
    NoExist = 1,

    /// <summary><c>BPF_EXIST</c>: replaces; an absent entry is ENOENT.</summary>
    Exist = 2,
}
