// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>Creation flags of maps with the kernel's values.</summary>
[Flags]
public enum MapFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>BPF_F_NO_PREALLOC</c>: accepted for hashes; memory is touched only when used either way.</summary>
    NoPrealloc = MapFlagBits.NoPrealloc,

    /// <summary><c>BPF_F_NUMA_NODE</c>: accepted and without effect.</summary>
    NumaNode = MapFlagBits.NumaNode,

    /// <summary><c>BPF_F_RDONLY</c>: the host may only read.</summary>
    ReadOnly = MapFlagBits.ReadOnly,

    /// <summary><c>BPF_F_WRONLY</c>: the host may only write.</summary>
    WriteOnly = MapFlagBits.WriteOnly,

    /// <summary><c>BPF_F_ZERO_SEED</c>: the hash has no random seed.</summary>
    ZeroSeed = MapFlagBits.ZeroSeed,

    /// <summary><c>BPF_F_RDONLY_PROG</c>: programs may only read.</summary>
    ReadOnlyForPrograms = MapFlagBits.ReadOnlyForPrograms,

    /// <summary><c>BPF_F_WRONLY_PROG</c>: programs may only write.</summary>
    WriteOnlyForPrograms = MapFlagBits.WriteOnlyForPrograms,

    /// <summary><c>BPF_F_MMAPABLE</c>: accepted for arrays.</summary>
    Mmapable = MapFlagBits.Mmapable,

    /// <summary><c>BPF_F_INNER_MAP</c>: accepted for arrays.</summary>
    InnerMap = MapFlagBits.InnerMap,
}
