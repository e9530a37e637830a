// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>What is known of a live map (the kernel's <c>struct bpf_map_info</c>).</summary>
/// <param name="Type">Kind.</param>
/// <param name="Id">Id, unique among the maps of a runtime.</param>
/// <param name="KeySize">Bytes in a key.</param>
/// <param name="ValueSize">Bytes in a value.</param>
/// <param name="MaxEntries">Capacity; bytes for a ring buffer.</param>
/// <param name="Flags">Creation flags.</param>
/// <param name="Name">At most 15 characters of the name, as the kernel keeps.</param>
/// <param name="BtfKeyTypeId">BTF type of the key; 0 when unknown.</param>
/// <param name="BtfValueTypeId">BTF type of the value; 0 when unknown.</param>
/// <param name="MapExtra">Extra word of the definition.</param>
/// <param name="IsFrozen">Whether the host may not write any more.</param>
public sealed record MapInfo(
    MapType Type,
    uint Id,
    uint KeySize,
    uint ValueSize,
    uint MaxEntries,
    MapFlags Flags,
    string Name,
    int BtfKeyTypeId,
    int BtfValueTypeId,
    ulong MapExtra,
    bool IsFrozen)
{
    /// <summary>Characters of a name that are kept.</summary>
    public const int NameLength = 15;
}
