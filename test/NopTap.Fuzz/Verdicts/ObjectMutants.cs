// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.TestKit;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Mutants of the programs of objects, as clang built them.</summary>
public sealed class ObjectMutants
{
    readonly List<Subject> _programs = [];

    /// <summary>Reads objects.</summary>
    /// <param name="paths">Objects or folders; the committed objects when there are none.</param>
    public ObjectMutants(IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            paths = [Repository.PathOf("samples"), Repository.PathOf("test/corpus/objects"), Repository.PathOf("test/corpus/formats")];
        foreach (string path in paths)
        {
            IEnumerable<string> files = Directory.Exists(path)
                ? Directory.EnumerateFiles(path, "*.o", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];
            foreach (string file in files)
                Read(file);
        }
    }

    /// <summary>Programs that are mutated.</summary>
    public int Count => _programs.Count;

    void Read(string path)
    {
        if (!BpfObjectSpec.TryLoad(path, out BpfObjectSpec? spec, out _) || spec.Maps.Any(map => map.Inner is not null))
            return;
        // The oracle makes every map once for all programs.
        ImmutableArray<MapSpec> maps = spec.Maps;
        foreach (ProgramSpec program in spec.Programs)
        {
            if (World.TypeOf(program.Type) is not null && ProgramEditor.Of(program).Build() is ProgramSpec plain)
                _programs.Add(new Subject($"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)} {program.Name}", plain, maps));
        }
    }

    /// <summary>The mutant of a seed: each seed of a run of 512 is of one program, so that its maps are made once.</summary>
    public Subject Make(long seed)
    {
        Subject original = _programs[(int)(seed / 512 % _programs.Count)];
        var random = new SeededRandom((ulong)seed * 0x9e37_79b9_7f4a_7c15);
        ProgramSpec mutant = Mutator.Mutate(original.Program, random, random.Pick<int>([1, 1, 1, 2, 2, 3]));
        return original with { Name = $"{original.Name} {seed}", Program = mutant };
    }
}
