// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Cli.Running;

/// <summary>Picks by name, and says what could have been picked.</summary>
static class Choices
{
    /// <summary>All programs of an object, or the one that is named.</summary>
    /// <exception cref="BpfOperationException">There is none of this name.</exception>
    public static IEnumerable<ProgramSpec> Programs(BpfObjectSpec spec, string? name)
    {
        if (name is null)
            return spec.Programs;
        ProgramSpec[] found = [.. spec.Programs.Where(program => program.Name == name)];
        return found.Length != 0 ? found : throw NoProgram(spec, name);
    }

    /// <summary>The refusal of a program's name.</summary>
    public static BpfOperationException NoProgram(BpfObjectSpec spec, string name) => new(CliDiagnostics.NoSuchProgram.At(
        new DiagnosticPlace { File = spec.Name },
        $"no program is called '{name}'",
        $"the object has {List(spec.Programs.Select(program => program.Name))}"));

    /// <summary>All maps of an object, or the one that is named.</summary>
    /// <exception cref="BpfOperationException">There is none of this name.</exception>
    public static IEnumerable<MapSpec> Maps(BpfObjectSpec spec, string? name)
    {
        if (name is null)
            return spec.Maps;
        MapSpec[] found = [.. spec.Maps.Where(map => map.Name == name)];
        return found.Length != 0 ? found : throw new BpfOperationException(CliDiagnostics.NoSuchMap.At(
            new DiagnosticPlace { File = spec.Name },
            $"no map is called '{name}'",
            $"the object has {List(spec.Maps.Select(map => map.Name))}"));
    }

    /// <summary>Names for a sentence.</summary>
    public static string List(IEnumerable<string> names)
    {
        string text = string.Join(", ", names.Distinct());
        return text.Length == 0 ? "none" : text;
    }
}
