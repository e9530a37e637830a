// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>Creation flags of maps with the kernel's values.</summary>
[Flags]
public enum MapFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>BPF_F_NO_PREALLOC</c>: accepted for hashes; memory is touched only when used either way.</summary>
    NoPrealloc = 1 << 0,

    /// <summary><c>BPF_F_NUMA_NODE</c>: accepted and without effect.</summary>
    NumaNode = 1 << 2,

    /// <summary><c>BPF_F_RDONLY</c>: the host may only read.</summary>
    ReadOnly = 1 << 3,

    /// <summary><c>BPF_F_WRONLY</c>: the host may only write.</summary>
    WriteOnly = 1 << 4,

    /// <summary><c>BPF_F_ZERO_SEED</c>: the hash has no random seed.</summary>
    ZeroSeed = 1 << 6,

    /// <summary><c>BPF_F_RDONLY_PROG</c>: programs may only read.</summary>
    ReadOnlyForPrograms = 1 << 7,

    /// <summary><c>BPF_F_WRONLY_PROG</c>: programs may only write.</summary>
    WriteOnlyForPrograms = 1 << 8,

    /// <summary><c>BPF_F_MMAPABLE</c>: accepted for arrays.</summary>
    Mmapable = 1 << 10,

    /// <summary><c>BPF_F_INNER_MAP</c>: accepted for arrays.</summary>
    InnerMap = 1 << 12,
}
