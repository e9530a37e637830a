// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Elf;
using NopTap.Formats.Linking;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>Reads the variables of <c>.maps</c>: each is an anonymous structure whose member types carry the attributes.</summary>
static class BtfMapReader
{
    public static void Read(ElfFile file, ElfSection section, BtfTypes? btf, ObjectCode code, ObjectMaps maps)
    {
        if (section.Size == 0)
            return;
        DiagnosticPlaceSource place = new(file.Name, section.Name);
        if (btf?.FindByName<BtfDataSec>(section.Name) is not { } variables)
        {
            throw Fault.At(FormatDiagnostics.MapsWithoutBtf, place.At(), "the maps of this section are described by BTF, and there is none",
                "compile with -g");
        }

        ImmutableArray<ElfRelocation> relocations = file.RelocationsOf(section);
        var names = new InitializerNames(file, section, btf, variables, code, relocations);
        foreach (BtfSectionVariable entry in variables.Variables)
        {
            if (btf.TypeById(entry.TypeId) is not BtfVar variable || variable.Name.Length == 0)
                throw Fault.At(FormatDiagnostics.BadMapDefinition, place.At(), $"type [{entry.TypeId}] is no named variable", "build the object again");
            if (entry.Offset > section.Size || entry.Size > section.Size - entry.Offset)
            {
                throw Fault.At(FormatDiagnostics.BadMapDefinition, place.At(variable.Name), $"the variable lies outside its section of {section.Size} bytes",
                    "build the object again");
            }

            var parser = new MapDefinitionParser(btf, place, variable.Name);
            MapSpec spec = parser.Parse(variable.TypeId);
            maps.AddDefinition(section, entry.Offset, spec with { InitialEntries = names.Read(spec, entry, parser) });
        }

        names.CheckAllUsed();
    }

    /// <summary>The symbols that initialise <c>values</c> arrays.</summary>
    sealed class InitializerNames(
        ElfFile file, ElfSection section, BtfTypes btf, BtfDataSec variables, ObjectCode code, ImmutableArray<ElfRelocation> relocations)
    {
        const int PointerSize = 8;

        int _used;

        public ImmutableArray<KeyValuePair<uint, string>> Read(MapSpec spec, BtfSectionVariable entry, MapDefinitionParser parser)
        {
            var entries = ImmutableArray.CreateBuilder<KeyValuePair<uint, string>>();
            for (int i = FirstFrom(entry.Offset); i < relocations.Length && relocations[i].Offset - entry.Offset < entry.Size; i++)
            {
                ElfRelocation relocation = relocations[i];
                _used++;
                long place = (long)(relocation.Offset - entry.Offset) - parser.ValuesOffset;
                if (parser.ValuesOffset < 0 || place < 0 || place % PointerSize != 0 || relocation.Type != ElfRelocation.Absolute64)
                    throw Bad(spec.Name, relocation, "it stands at no element of 'values'");
                string name = NameOf(spec, relocation);
                entries.Add(new KeyValuePair<uint, string>((uint)(place / PointerSize), name));
            }

            return entries.ToImmutable();
        }

        public void CheckAllUsed()
        {
            if (_used < relocations.Length)
                throw Bad(null, relocations[0], "some initialisers belong to no map");
        }

        // Relocations are in order of offset.
        int FirstFrom(ulong offset)
        {
            int low = 0;
            int high = relocations.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (relocations[middle].Offset < offset)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }

        string NameOf(MapSpec spec, ElfRelocation relocation)
        {
            ElfSymbol symbol = relocation.Symbol;
            long addend = BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(section)[(int)relocation.Offset..]);
            ulong offset = symbol.Value + (ulong)addend;
            if (spec.Type == MapType.ProgArray)
            {
                if (code.SectionAt(symbol.SectionIndex) is { } target && offset % Instruction.Size == 0 && offset < target.Section.Size
                    && target.FunctionStartingAt((int)(offset / Instruction.Size)) is { } function && code.Entries.Contains(function))
                    return function.Name;
                throw Bad(spec.Name, relocation, $"'{symbol.Name}' is no entry program");
            }

            if (symbol.SectionIndex == section.Index)
            {
                foreach (BtfSectionVariable variable in variables.Variables)
                {
                    if (variable.Offset == offset)
                        return btf.TypeById(variable.TypeId).Name;
                }
            }

            throw Bad(spec.Name, relocation, $"'{symbol.Name}' is no map");
        }

        BpfFormatException Bad(string? map, ElfRelocation relocation, string message) =>
            Fault.At(FormatDiagnostics.BadMapInitializer, Fault.In(file.Name, section.Name, (long)relocation.Offset) with { Map = map }, message,
                "initialise 'values' of a prog array with programs, of a map of maps with maps");
    }
}
