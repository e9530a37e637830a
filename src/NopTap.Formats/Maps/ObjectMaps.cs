// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Elf;
using NopTap.Formats.Linking;

namespace NopTap.Formats.Maps;

/// <summary>All maps of an object, and where in its sections each was defined.</summary>
sealed class ObjectMaps
{
    readonly List<MapSpec> _specs = [];
    readonly Dictionary<(int Section, long Offset), int> _definitions = [];
    readonly Dictionary<int, int> _data = [];
    readonly HashSet<string> _names = [];
    readonly string _file;

    ObjectMaps(string file) => _file = file;

    /// <summary>The maps: legacy ones, then those of <c>.maps</c>, then global data and configuration.</summary>
    public ImmutableArray<MapSpec> Specs { get; private set; } = [];

    /// <summary>Index of the map of the configuration variables; -1 where there is none.</summary>
    public int Kconfig { get; private set; } = -1;

    public static ObjectMaps Read(ElfFile file, BtfTypes? btf, ObjectCode code)
    {
        var maps = new ObjectMaps(file.Name);
        if (file.FindSection("maps") is { HasBytes: true } legacy)
            LegacyMapReader.Read(file, legacy, maps);
        if (file.FindSection(".maps") is { HasBytes: true } section)
            BtfMapReader.Read(file, section, btf, code, maps);
        DataMapReader.Read(file, btf, maps);
        maps.Specs = [.. maps._specs];
        return maps;
    }

    /// <summary>Map defined at an offset of a section.</summary>
    public bool TryFindMap(int section, long offset, out int index) => _definitions.TryGetValue((section, offset), out index);

    /// <summary>Map that holds the data of a section.</summary>
    public bool TryFindData(int section, out int index) => _data.TryGetValue(section, out index);

    /// <summary>Adds a map that a variable defines.</summary>
    public void AddDefinition(ElfSection section, long offset, MapSpec spec)
    {
        if (!_definitions.TryAdd((section.Index, offset), _specs.Count))
        {
            throw Fault.At(FormatDiagnostics.BadMapDefinition, Fault.In(_file, section.Name, offset) with { Map = spec.Name },
                "two maps are defined at this offset", "build the object again");
        }

        Add(section.Name, spec);
    }

    /// <summary>Adds the map of a data section.</summary>
    public void AddData(ElfSection section, MapSpec spec)
    {
        _data.Add(section.Index, _specs.Count);
        Add(section.Name, spec);
    }

    /// <summary>Adds the map of the configuration variables.</summary>
    public void AddKconfig(MapSpec spec)
    {
        Kconfig = _specs.Count;
        Add(spec.Name, spec);
        Specs = [.. _specs];
    }

    void Add(string section, MapSpec spec)
    {
        if (!_names.Add(spec.Name))
        {
            throw Fault.At(FormatDiagnostics.DuplicateMap, Fault.In(_file, section) with { Map = spec.Name }, "two maps have this name",
                "rename one of them");
        }

        _specs.Add(spec);
    }
}
