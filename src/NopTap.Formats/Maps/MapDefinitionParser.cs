// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>Reads one map definition out of the members of its structure.</summary>
/// <remarks>
/// The macros of bpf_helpers.h encode a number as the length of an array behind a pointer (<c>__uint</c>) or as the value of an enumerator
/// (<c>__ulong</c>), a type as the target of a pointer (<c>__type</c>), and the values of a map as a flexible array of pointers
/// (<c>__array</c>).
/// </remarks>
/// <param name="btf">Types of the object.</param>
/// <param name="place">Section, for diagnostics.</param>
/// <param name="name">Name of the map.</param>
sealed class MapDefinitionParser(BtfTypes btf, DiagnosticPlaceSource place, string name)
{
    const uint PinByName = 1;

    /// <summary>Attributes that are read; docs/verifier.md says what happens to each.</summary>
    internal static readonly string[] Known = ["type", "max_entries", "map_flags", "numa_node", "key_size", "key", "value_size", "value", "pinning", "map_extra", "values"];

    MapSpec _spec = new() { Name = name, Type = MapType.Unspec };

    /// <summary>Byte offset of <c>values</c> in the variable; -1 when the map has none.</summary>
    public long ValuesOffset { get; private set; } = -1;

    public MapSpec Parse(int typeId, bool isInner = false)
    {
        if (btf.SkipModifiers(typeId) is not BtfStruct { IsUnion: false } structure)
            throw Bad($"its type '{btf.Print(typeId)}' is no structure");
        foreach (BtfMember member in structure.Members)
            ParseMember(structure, member, isInner);
        if (_spec.Type == MapType.Unspec)
            throw Bad("it has no attribute 'type'");
        return SpecialFields.Describe(btf, _spec);
    }

    void ParseMember(BtfStruct structure, BtfMember member, bool isInner)
    {
        switch (member.Name)
        {
            case "type":
                uint type = Number(member);
                _spec = type <= int.MaxValue ? _spec with { Type = (MapType)type } : throw Bad($"type {type}");
                break;
            case "max_entries":
                _spec = _spec with { MaxEntries = Number(member) };
                break;
            case "map_flags":
                _spec = _spec with { Flags = Number(member) };
                break;
            case "numa_node":
                Number(member); // memory has no nodes here
                break;
            case "key_size":
                _spec = _spec with { KeySize = Agree(member, _spec.KeySize, Number(member)) };
                break;
            case "value_size":
                _spec = _spec with { ValueSize = Agree(member, _spec.ValueSize, Number(member)) };
                break;
            case "key":
                (int key, uint keySize) = PointedType(member);
                _spec = _spec with { KeyTypeId = key, KeySize = Agree(member, _spec.KeySize, keySize) };
                break;
            case "value":
                (int value, uint valueSize) = PointedType(member);
                _spec = _spec with { ValueTypeId = value, ValueSize = Agree(member, _spec.ValueSize, valueSize) };
                break;
            case "pinning":
                uint pinning = Number(member);
                _spec = pinning <= PinByName && !isInner ? _spec with { Pinning = pinning }
                    : throw Bad(isInner ? $"pinning {pinning} of an inner map, which has no name to be pinned by" : $"pinning {pinning} is neither LIBBPF_PIN_NONE (0) nor LIBBPF_PIN_BY_NAME (1)");
                break;
            case "map_extra":
                _spec = _spec with { Extra = LongNumber(member) };
                break;
            case "values":
                if (isInner || member != structure.Members[^1])
                    throw Bad(isInner ? "an inner map has inner maps of its own" : "'values' is not the last attribute");
                ParseValues(member);
                break;
            default:
                throw Fault.At(FormatDiagnostics.UnknownMapAttribute, place.At(name), $"attribute '{member.Name}' is unknown",
                    $"use {string.Join(", ", Known)}");
        }
    }

    void ParseValues(BtfMember member)
    {
        const uint ValueSize = 4; // to the kernel a value is a file descriptor
        if (btf.SkipModifiers(member.TypeId) is not BtfArray array || btf.SkipModifiers(array.ElementTypeId) is not BtfPointer pointer)
            throw Bad("'values' is no array of pointers");
        ValuesOffset = member.BitOffset / 8;
        _spec = _spec with { ValueSize = Agree(member, _spec.ValueSize, ValueSize) };
        BtfType target = btf.SkipModifiers(pointer.TypeId);
        if (_spec.Type == MapType.ProgArray ? target is not BtfFuncProto : _spec.Type is not (MapType.ArrayOfMaps or MapType.HashOfMaps) || target is not BtfStruct)
            throw Bad($"a map of type {_spec.Type} has 'values' of type '{btf.Print(member.TypeId)}'");
        if (target is BtfStruct)
            _spec = _spec with { Inner = new MapDefinitionParser(btf, place, name + ".inner").Parse(target.Id, isInner: true) };
    }

    uint Number(BtfMember member)
    {
        if (btf.SkipModifiers(member.TypeId) is BtfPointer pointer && btf.SkipModifiers(pointer.TypeId) is BtfArray array)
            return array.Length;
        ulong value = LongNumber(member);
        return value <= uint.MaxValue ? (uint)value : throw Bad($"attribute '{member.Name}' is {value}");
    }

    ulong LongNumber(BtfMember member) => btf.SkipModifiers(member.TypeId) switch
    {
        BtfPointer pointer when btf.SkipModifiers(pointer.TypeId) is BtfArray array => array.Length,
        BtfEnum { Values: [var only] } => (ulong)only.Value,
        _ => throw Bad($"attribute '{member.Name}' of type '{btf.Print(member.TypeId)}' is no number"),
    };

    (int TypeId, uint Size) PointedType(BtfMember member)
    {
        if (btf.SkipModifiers(member.TypeId) is not BtfPointer pointer)
            throw Bad($"attribute '{member.Name}' is no type");
        long size = btf.SizeOf(pointer.TypeId);
        return size is >= 0 and <= uint.MaxValue
            ? (pointer.TypeId, (uint)size)
            : throw Bad($"attribute '{member.Name}' of type '{btf.Print(pointer.TypeId)}' has no size");
    }

    uint Agree(BtfMember member, uint known, uint size)
    {
        if (known == 0 || known == size)
            return size;
        throw Fault.At(FormatDiagnostics.ConflictingMapAttribute, place.At(name), $"attribute '{member.Name}' says {size} bytes, another says {known}",
            "give the type or the size, not both");
    }

    BpfFormatException Bad(string message) =>
        Fault.At(FormatDiagnostics.BadMapDefinition, place.At(name), message, "define maps with the macros of bpf_helpers.h");
}
