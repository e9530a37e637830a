// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Formats.Elf;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>Makes a map of one entry out of each section of global variables, as libbpf does.</summary>
/// <remarks>Pointers inside initialised data have no address to hold before loading; as with libbpf they stay what the file says.</remarks>
static class DataMapReader
{
    public static void Read(ElfFile file, BtfTypes? btf, ObjectMaps maps)
    {
        foreach (ElfSection section in file.Sections)
        {
            bool readOnly = Is(section, ".rodata", ElfSection.TypeProgramBits);
            if (section.Size == 0 || !(readOnly || Is(section, ".data", ElfSection.TypeProgramBits) || Is(section, ".bss", ElfSection.TypeNoBits)))
                continue;
            if (section.Size > int.MaxValue)
            {
                throw Fault.At(FormatDiagnostics.DataTooLarge, Fault.In(file.Name, section.Name), $"{section.Size} bytes of global data",
                    $"keep a section below {int.MaxValue} bytes");
            }

            var map = new MapSpec
            {
                Name = section.Name,
                Type = MapType.Array,
                KeySize = 4,
                ValueSize = (uint)section.Size,
                MaxEntries = 1,
                Flags = readOnly ? MapFlagBits.ReadOnlyForPrograms : 0,
                ValueTypeId = btf?.FindByName<BtfDataSec>(section.Name)?.Id ?? 0,
                InitialValue = [.. file.Bytes(section)],
                IsReadOnlyData = readOnly,
                IsGlobalData = true,
            };
            maps.AddData(section, btf is null ? map : SpecialFields.Describe(btf, map));
        }
    }

    static bool Is(ElfSection section, string name, uint type) =>
        section.Type == type && (section.Flags & ElfSection.FlagExecutable) == 0 && section.Name.StartsWith(name, StringComparison.Ordinal)
        && (section.Name.Length == name.Length || section.Name[name.Length] == '.');
}
