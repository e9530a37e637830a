// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace NopTap.Isa;

/// <summary>Bits of <c>map_flags</c> as Linux 6.18 numbers them, and their names: the one list that readers, verifier, maps and documents share.</summary>
public static class MapFlagBits
{
    /// <summary><c>BPF_F_NO_PREALLOC</c>.</summary>
    public const uint NoPrealloc = 1 << 0;

    /// <summary><c>BPF_F_NUMA_NODE</c>.</summary>
    public const uint NumaNode = 1 << 2;

    /// <summary><c>BPF_F_RDONLY</c>: the host only reads.</summary>
    public const uint ReadOnly = 1 << 3;

    /// <summary><c>BPF_F_WRONLY</c>: the host only writes.</summary>
    public const uint WriteOnly = 1 << 4;

    /// <summary><c>BPF_F_ZERO_SEED</c>.</summary>
    public const uint ZeroSeed = 1 << 6;

    /// <summary><c>BPF_F_RDONLY_PROG</c>: programs only read.</summary>
    public const uint ReadOnlyForPrograms = 1 << 7;

    /// <summary><c>BPF_F_WRONLY_PROG</c>: programs only write.</summary>
    public const uint WriteOnlyForPrograms = 1 << 8;

    /// <summary><c>BPF_F_MMAPABLE</c>.</summary>
    public const uint Mmapable = 1 << 10;

    /// <summary><c>BPF_F_INNER_MAP</c>: maps of other capacities may stand for this one.</summary>
    public const uint InnerMap = 1 << 12;

    static readonly string[] s_names =
    [
        "BPF_F_NO_PREALLOC", "BPF_F_NO_COMMON_LRU", "BPF_F_NUMA_NODE", "BPF_F_RDONLY", "BPF_F_WRONLY", "BPF_F_STACK_BUILD_ID", "BPF_F_ZERO_SEED",
        "BPF_F_RDONLY_PROG", "BPF_F_WRONLY_PROG", "BPF_F_CLONE", "BPF_F_MMAPABLE", "BPF_F_PRESERVE_ELEMS", "BPF_F_INNER_MAP", "BPF_F_LINK", "BPF_F_PATH_FD",
        "BPF_F_VTYPE_BTF_OBJ_FD", "BPF_F_TOKEN_FD", "BPF_F_SEGV_ON_FAULT", "BPF_F_NO_USER_CONV",
    ];

    /// <summary>Names of the bits in order, from bit 0 on.</summary>
    public static ReadOnlySpan<string> Names => s_names;

    /// <summary>The bits that are set, by name: <c>BPF_F_NUMA_NODE | BPF_F_RDONLY</c>; bits without a name as numbers.</summary>
    /// <param name="flags">Any bits.</param>
    public static string Describe(uint flags)
    {
        if (flags == 0)
            return "0";
        var parts = new List<string>();
        for (uint rest = flags; rest != 0; rest &= rest - 1)
        {
            int bit = BitOperations.TrailingZeroCount(rest);
            parts.Add(bit < s_names.Length ? s_names[bit] : $"0x{1u << bit:x}");
        }

        return string.Join(" | ", parts);
    }
}
