// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>Definition of a map, from <c>.maps</c>, a legacy <c>maps</c> section or a global-data section. Immutable; edit with <c>with</c>.</summary>
public sealed record MapSpec
{
    /// <summary>Variable name, or the section name for global data.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of map.</summary>
    public required MapType Type { get; init; }

    /// <summary>Bytes in a key.</summary>
    public uint KeySize { get; init; }

    /// <summary>Bytes in a value.</summary>
    public uint ValueSize { get; init; }

    /// <summary>Capacity in entries; in bytes for a ring buffer.</summary>
    public uint MaxEntries { get; init; }

    /// <summary>BPF_F_* creation flags.</summary>
    public uint Flags { get; init; }

    /// <summary>BTF type of the key; 0 when unknown.</summary>
    public int KeyTypeId { get; init; }

    /// <summary>BTF type of the value; 0 when unknown.</summary>
    public int ValueTypeId { get; init; }

    /// <summary>Pinning as declared: 0 none, 1 by name: all objects of a runtime that declare it share one map.</summary>
    public uint Pinning { get; init; }

    /// <summary>Extra word of the definition (<c>map_extra</c>).</summary>
    public ulong Extra { get; init; }

    /// <summary>Template of the maps inside a map of maps, or null.</summary>
    public MapSpec? Inner { get; init; }

    /// <summary>Offset of the <c>struct bpf_spin_lock</c> in a value; null when there is none, or more than one.</summary>
    public int? SpinLockOffset { get; init; }

    /// <summary>A field of a value that only a kernel can keep (a timer, a kptr, the head of a list ...) as its type and offset; null when there is none.</summary>
    /// <remarks>Programs that reach such a map are refused; see <see cref="SpinLockOffset"/> for the one field that is known here.</remarks>
    public string? UnsupportedField { get; init; }

    /// <summary>Initial content: the bytes of a global-data section (empty for <c>.bss</c>, whose value starts as zero).</summary>
    public ImmutableArray<byte> InitialValue { get; init; } = [];

    /// <summary>Initial entries of a prog array or map of maps by static initialiser: key and symbol name.</summary>
    public ImmutableArray<KeyValuePair<uint, string>> InitialEntries { get; init; } = [];

    /// <summary>Whether programs may not write it and it is frozen after loading (<c>.rodata</c>).</summary>
    public bool IsReadOnlyData { get; init; }

    /// <summary>Whether it is a global-data section.</summary>
    public bool IsGlobalData { get; init; }
}
