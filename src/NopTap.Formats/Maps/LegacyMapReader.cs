// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats.Elf;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>Reads <c>struct bpf_map_def</c> variables of a section <c>maps</c>.</summary>
/// <remarks>
/// <code>
/// |type:32|key_size:32|value_size:32|max_entries:32|map_flags:32| and, in some loaders' variants, more, which must be zero
/// </code>
/// </remarks>
static class LegacyMapReader
{
    const int DefinitionSize = 20;

    public static void Read(ElfFile file, ElfSection section, ObjectMaps maps)
    {
        ElfSymbol[] symbols = [.. file.Symbols.Where(s => s.SectionIndex == section.Index && s is { IsSection: false, Name.Length: > 0 }).OrderBy(static s => s.Value)];
        ReadOnlySpan<byte> bytes = file.Bytes(section);
        for (int i = 0; i < symbols.Length; i++)
        {
            ElfSymbol symbol = symbols[i];
            ulong end = i + 1 < symbols.Length ? symbols[i + 1].Value : section.Size;
            if (symbol.Value > (ulong)bytes.Length || end > (ulong)bytes.Length || end - symbol.Value < DefinitionSize)
                throw Bad(file, section, symbol, $"less than {DefinitionSize} bytes");
            ReadOnlySpan<byte> definition = bytes[(int)symbol.Value..(int)end];
            if (definition[DefinitionSize..].ContainsAnyExcept((byte)0))
                throw Bad(file, section, symbol, $"fields behind the first {DefinitionSize} bytes are not zero");
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(definition);
            if (type > int.MaxValue)
                throw Bad(file, section, symbol, $"type {type}");
            maps.AddDefinition(section, (long)symbol.Value, new MapSpec
            {
                Name = symbol.Name,
                Type = (MapType)type,
                KeySize = BinaryPrimitives.ReadUInt32LittleEndian(definition[4..]),
                ValueSize = BinaryPrimitives.ReadUInt32LittleEndian(definition[8..]),
                MaxEntries = BinaryPrimitives.ReadUInt32LittleEndian(definition[12..]),
                Flags = BinaryPrimitives.ReadUInt32LittleEndian(definition[16..]),
            });
        }
    }

    static BpfFormatException Bad(ElfFile file, ElfSection section, ElfSymbol symbol, string message) =>
        Fault.At(FormatDiagnostics.BadLegacyMap, Fault.In(file.Name, section.Name, (long)symbol.Value) with { Map = symbol.Name }, message,
            "define the map in .maps with __uint and __type");
}
