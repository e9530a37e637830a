// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Maps;

/// <summary>The kernel's checks of a map's definition, before any memory is taken.</summary>
internal static class MapDefinition
{
    const MapFlags AccessFlags =
        MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.ReadOnlyForPrograms | MapFlags.WriteOnlyForPrograms;

    const MapFlags HashFlags = AccessFlags | MapFlags.NoPrealloc | MapFlags.NumaNode | MapFlags.ZeroSeed;

    /// <summary>Largest value of a per-cpu map: the kernel's smallest per-cpu unit.</summary>
    const uint MaxProcessorValue = 32 * 1024;

    /// <summary>Largest key and value of a hash together: the kernel's largest allocation less its element head.</summary>
    const uint MaxHashElement = (4 * 1024 * 1024) - 64;

    const uint PageSize = 4096;

    const uint PinByName = 1;

    /// <summary>The first thing that is wrong, or null.</summary>
    internal static Diagnostic? Check(MapSpec spec) => Unsupported(spec) ?? CheckName(spec) ?? CheckType(spec) ?? CheckLock(spec) ?? CheckAttributes(spec);

    /// <summary>Why a map that a kernel would make cannot exist here, or null: refused only where a program comes to it.</summary>
    internal static Diagnostic? Unsupported(MapSpec spec)
    {
        if (!IsKnown(spec.Type))
        {
            return RuntimeDiagnostics.MapUnsupportedType.At(
                Place(spec), $"map type {spec.Type} is not supported", "use an array, a hash, a prog array, a ring buffer, a trie or a map of maps");
        }

        return spec.UnsupportedField is string field
            ? RuntimeDiagnostics.MapUnsupportedField.At(
                Place(spec), $"values have a {field}, which only a kernel can keep", "leave the field out, or keep what needs it in a map of its own")
            : spec.Inner is MapSpec inner ? Unsupported(inner) : null;
    }

    static bool IsKnown(MapType type) => type is MapType.Array or MapType.PercpuArray or MapType.Hash or MapType.PercpuHash or MapType.ProgArray
        or MapType.ArrayOfMaps or MapType.HashOfMaps or MapType.LpmTrie or MapType.Ringbuf;

    static Diagnostic? CheckAttributes(MapSpec spec)
    {
        if (spec.Extra != 0)
            return RuntimeDiagnostics.MapAttribute.At(Place(spec), $"map_extra is {spec.Extra}, which has no meaning for {spec.Type}", "leave map_extra out");
        if (spec.Pinning > PinByName)
            return RuntimeDiagnostics.MapAttribute.At(Place(spec), $"pinning is {spec.Pinning}", "use 0, or 1 (LIBBPF_PIN_BY_NAME)");
        return spec.IsReadOnlyData && spec is not { Type: MapType.Array, MaxEntries: 1 }
            ? RuntimeDiagnostics.MapAttribute.At(
                Place(spec), $"constant data in a map of type {spec.Type} with {spec.MaxEntries} entries", "use an array of one value")
            : null;
    }

    static Diagnostic? CheckType(MapSpec spec) => spec.Type switch
    {
        MapType.Array => CheckArray(spec, AccessFlags | MapFlags.NumaNode | MapFlags.Mmapable | MapFlags.InnerMap),
        MapType.PercpuArray => CheckArray(spec, AccessFlags) ?? CheckProcessorValue(spec),
        MapType.Hash => CheckHash(spec, HashFlags),
        MapType.PercpuHash => CheckHash(spec, HashFlags & ~MapFlags.NumaNode) ?? CheckProcessorValue(spec),
        MapType.ProgArray => CheckProgramArray(spec),
        MapType.ArrayOfMaps => CheckArray(spec, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode) ?? CheckInner(spec),
        MapType.LpmTrie => CheckTrie(spec),
        MapType.HashOfMaps => CheckHash(spec, HashFlags) ?? CheckInner(spec),
        MapType.Ringbuf => CheckRing(spec),
        _ => null,
    };

    static DiagnosticPlace Place(MapSpec spec) => new() { Map = spec.Name };

    static Diagnostic? CheckName(MapSpec spec)
    {
        if (spec.IsGlobalData)
            return null;
        foreach (char c in spec.Name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.'))
                return RuntimeDiagnostics.MapName.At(Place(spec), $"character U+{(int)c:X4} in a map name", "use letters, digits, '_' and '.'");
        }

        return null;
    }

    static Diagnostic? CheckTrie(MapSpec spec)
    {
        if (spec.KeySize is < 5 or > 4 + 256)
            return RuntimeDiagnostics.MapKeySize.At(Place(spec), $"key of {spec.KeySize} bytes for a trie", "a key is a length of 4 bytes and 1 to 256 bytes of prefix");
        if (spec.ValueSize == 0)
            return RuntimeDiagnostics.MapValueSize.At(Place(spec), "value of 0 bytes", "give the value a size");
        if (spec.ValueSize > MaxHashElement)
            return RuntimeDiagnostics.MapTooLarge.At(Place(spec), $"value of {spec.ValueSize} bytes", $"a value has at most {MaxHashElement} bytes");
        if (spec.MaxEntries == 0)
            return RuntimeDiagnostics.MapCapacity.At(Place(spec), "max_entries is 0", "set max_entries to 1 or more");
        return ((MapFlags)spec.Flags & MapFlags.NoPrealloc) == 0
            ? RuntimeDiagnostics.MapFlags.At(Place(spec), "a trie without BPF_F_NO_PREALLOC", "set that flag: a trie takes memory as it grows")
            : CheckFlags(spec, AccessFlags | MapFlags.NoPrealloc | MapFlags.NumaNode);
    }

    static Diagnostic? CheckInner(MapSpec spec)
    {
        if (spec.ValueSize != 4)
            return RuntimeDiagnostics.MapValueSize.At(Place(spec), $"value of {spec.ValueSize} bytes", "the value of a map of maps is 4 bytes wide");
        if (spec.Inner is not MapSpec inner)
        {
            return RuntimeDiagnostics.InnerMapTemplate.At(
                Place(spec), "nothing is known of the maps in it", "declare them with __array(values, struct { ... }), or give MapSpec.Inner");
        }

        if (inner.Type is MapType.ArrayOfMaps or MapType.HashOfMaps or MapType.ProgArray)
        {
            return RuntimeDiagnostics.InnerMapTemplate.At(
                Place(spec), $"the maps in it are of type {inner.Type}", "put maps with values of bytes, or ring buffers, into a map of maps");
        }

        return inner.Pinning == 0 ? Check(inner)
            : RuntimeDiagnostics.MapAttribute.At(Place(inner), $"pinning is {inner.Pinning} for the maps inside of '{spec.Name}'", "pin the outer map");
    }

    static Diagnostic? CheckLock(MapSpec spec)
    {
        if (spec.SpinLockOffset is not int at)
            return null;
        bool fits = at >= 0 && at % ValueLock.Size == 0 && (ulong)at + ValueLock.Size <= spec.ValueSize;
        bool isForBoth = ((MapFlags)spec.Flags & (MapFlags.ReadOnlyForPrograms | MapFlags.WriteOnlyForPrograms)) == 0;
        return fits && isForBoth && spec.Type is MapType.Array or MapType.Hash
            ? null
            : RuntimeDiagnostics.MapSpinLock.At(
                Place(spec), $"spin lock at offset {at} of a value of {spec.ValueSize} bytes, map type {spec.Type}, flags 0x{spec.Flags:x}",
                "put the lock at a multiple of 4 inside the value of a hash or an array that programs read and write");
    }

    static Diagnostic? CheckFlags(MapSpec spec, MapFlags allowed)
    {
        var flags = (MapFlags)spec.Flags;
        MapFlags unknown = flags & ~allowed;
        if (unknown != 0)
            return RuntimeDiagnostics.MapFlags.At(Place(spec), $"{MapFlagBits.Describe((uint)unknown)} in map_flags, which {spec.Type} does not take", "leave it out");
        const MapFlags Programs = MapFlags.ReadOnlyForPrograms | MapFlags.WriteOnlyForPrograms;
        if ((flags & Programs) == Programs)
            return RuntimeDiagnostics.MapFlags.At(Place(spec), "flags forbid programs both reading and writing", "leave one of them out");
        const MapFlags Host = MapFlags.ReadOnly | MapFlags.WriteOnly;
        return (flags & Host) == Host
            ? RuntimeDiagnostics.MapFlags.At(Place(spec), "flags forbid the host both reading and writing", "leave one of them out")
            : null;
    }

    static Diagnostic? CheckArray(MapSpec spec, MapFlags allowed)
    {
        if (spec.KeySize != 4)
            return RuntimeDiagnostics.MapKeySize.At(Place(spec), $"key of {spec.KeySize} bytes for {spec.Type}", "array keys are 4 bytes wide");
        if (spec.ValueSize == 0)
            return RuntimeDiagnostics.MapValueSize.At(Place(spec), "value of 0 bytes", "give the value a size");
        if (spec.MaxEntries == 0)
            return RuntimeDiagnostics.MapCapacity.At(Place(spec), "max_entries is 0", "set max_entries to 1 or more");
        if (spec.ValueSize > int.MaxValue - 8)
            return RuntimeDiagnostics.MapTooLarge.At(Place(spec), $"value of {spec.ValueSize} bytes", "a value has at most 2 GiB");
        return CheckFlags(spec, allowed);
    }

    static Diagnostic? CheckProcessorValue(MapSpec spec) => spec.ValueSize > MaxProcessorValue
        ? RuntimeDiagnostics.MapTooLarge.At(
            Place(spec), $"per-cpu value of {spec.ValueSize} bytes", $"a per-cpu value has at most {MaxProcessorValue} bytes")
        : null;

    static Diagnostic? CheckHash(MapSpec spec, MapFlags allowed)
    {
        if (spec.KeySize == 0)
            return RuntimeDiagnostics.MapKeySize.At(Place(spec), "key of 0 bytes", "give the key a size");
        if (spec.ValueSize == 0)
            return RuntimeDiagnostics.MapValueSize.At(Place(spec), "value of 0 bytes", "give the value a size");
        if (spec.MaxEntries == 0)
            return RuntimeDiagnostics.MapCapacity.At(Place(spec), "max_entries is 0", "set max_entries to 1 or more");
        if ((ulong)spec.KeySize + spec.ValueSize > MaxHashElement)
        {
            return RuntimeDiagnostics.MapTooLarge.At(
                Place(spec), $"key of {spec.KeySize} and value of {spec.ValueSize} bytes", $"together they have at most {MaxHashElement} bytes");
        }

        if (spec.MaxEntries > 1u << 30)
            return RuntimeDiagnostics.MapTooLarge.At(Place(spec), $"max_entries is {spec.MaxEntries}", "a hash has at most 2^30 entries");
        return CheckFlags(spec, allowed);
    }

    static Diagnostic? CheckProgramArray(MapSpec spec)
    {
        if (spec.KeySize != 4)
            return RuntimeDiagnostics.MapKeySize.At(Place(spec), $"key of {spec.KeySize} bytes for a prog array", "array keys are 4 bytes wide");
        if (spec.ValueSize != 4)
            return RuntimeDiagnostics.MapValueSize.At(Place(spec), $"value of {spec.ValueSize} bytes", "the value of a prog array is 4 bytes wide");
        if (spec.MaxEntries == 0)
            return RuntimeDiagnostics.MapCapacity.At(Place(spec), "max_entries is 0", "set max_entries to 1 or more");
        return CheckFlags(spec, MapFlags.NumaNode | MapFlags.ReadOnly | MapFlags.WriteOnly);
    }

    static Diagnostic? CheckRing(MapSpec spec)
    {
        if (spec.KeySize != 0)
            return RuntimeDiagnostics.MapKeySize.At(Place(spec), $"key of {spec.KeySize} bytes for a ring buffer", "leave the key out");
        if (spec.ValueSize != 0)
            return RuntimeDiagnostics.MapValueSize.At(Place(spec), $"value of {spec.ValueSize} bytes for a ring buffer", "leave the value out");
        if (!BitOperations.IsPow2(spec.MaxEntries) || spec.MaxEntries % PageSize != 0)
        {
            return RuntimeDiagnostics.MapCapacity.At(
                Place(spec), $"ring of {spec.MaxEntries} bytes", $"its size is a power of two and a multiple of the page size {PageSize}");
        }

        return CheckFlags(spec, MapFlags.NumaNode);
    }
}
