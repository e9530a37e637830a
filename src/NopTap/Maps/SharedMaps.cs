// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>Whether a live map may stand for a definition of another object: in every attribute that programs or hosts rely on.</summary>
internal static class SharedMaps
{
    /// <summary>Holds a live map to a definition.</summary>
    /// <param name="map">The map that is there.</param>
    /// <param name="spec">What an object declares.</param>
    /// <param name="how">How they came together, for example <c>is pinned by that name</c>.</param>
    /// <exception cref="BpfOperationException">They differ; the diagnostic names the attribute and both values.</exception>
    internal static void Check(BpfMap map, MapSpec spec, string how)
    {
        if (Difference(map.Spec, spec) is string difference)
        {
            throw new BpfOperationException(RuntimeDiagnostics.SharedMapMismatch.At(
                new DiagnosticPlace { Map = spec.Name }, $"a map {how}, and its {difference}", "define both alike, or give one of them another name"));
        }
    }

    static string? Difference(MapSpec have, MapSpec want) =>
        have.Type != want.Type ? Differ("type", have.Type, want.Type)
        : have.KeySize != want.KeySize ? Differ("key_size", have.KeySize, want.KeySize)
        : have.ValueSize != want.ValueSize ? Differ("value_size", have.ValueSize, want.ValueSize)
        : have.MaxEntries != want.MaxEntries ? Differ("max_entries", have.MaxEntries, want.MaxEntries)
        : have.Flags != want.Flags ? Differ("map_flags", MapFlagBits.Describe(have.Flags), MapFlagBits.Describe(want.Flags))
        : have.Extra != want.Extra ? Differ("map_extra", have.Extra, want.Extra)
        : have.SpinLockOffset != want.SpinLockOffset ? Differ("spin lock", Place(have.SpinLockOffset), Place(want.SpinLockOffset))
        : have.UnsupportedField != want.UnsupportedField ? Differ("special field", have.UnsupportedField ?? "none", want.UnsupportedField ?? "none")
        : (have.Inner, want.Inner) switch
        {
            (null, null) => null,
            (MapSpec inner, MapSpec wanted) => Difference(inner, wanted) is string difference ? $"inner maps' {difference}" : null,
            _ => Differ("inner map", have.Inner?.Type.ToString() ?? "none", want.Inner?.Type.ToString() ?? "none"),
        };

    static string Differ<T>(string attribute, T have, T want) => $"{attribute} is {have}, not {want} as declared here";

    static string Place(int? offset) => offset is int at ? $"at offset {at}" : "nowhere";
}
