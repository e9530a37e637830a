// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>What programs may do with the values of a map, and which of its bytes never change: asked by all that reads, writes or believes them.</summary>
static class MapAccess
{
    /// <summary>Whether programs may write: neither <c>BPF_F_RDONLY_PROG</c> nor constant data.</summary>
    public static bool MayWrite(MapSpec map) => !map.IsReadOnlyData && (map.Flags & MapFlagBits.ReadOnlyForPrograms) == 0;

    /// <summary>Whether programs may read: no <c>BPF_F_WRONLY_PROG</c>.</summary>
    public static bool MayRead(MapSpec map) => (map.Flags & MapFlagBits.WriteOnlyForPrograms) == 0;

    /// <summary>Helpers that change which entries a map has.</summary>
    public static bool Changes(HelperId helper) => helper is HelperId.MapUpdateElem or HelperId.MapDeleteElem or HelperId.MapPushElem or HelperId.MapPopElem;

    /// <summary>
    /// The bytes of a map's only value that neither programs nor the host ever change, from the first on; empty where there are none. As in the
    /// kernel: an array of one value that programs only read and that is frozen for the host, which is done before any program sees it.
    /// </summary>
    public static ImmutableArray<byte> ConstantsOf(MapSpec map)
    {
        bool constant = map is { IsReadOnlyData: true, Type: MapType.Array, MaxEntries: 1, InitialValue.IsDefault: false }
            && (uint)map.InitialValue.Length <= map.ValueSize;
        return constant ? map.InitialValue : [];
    }
}
