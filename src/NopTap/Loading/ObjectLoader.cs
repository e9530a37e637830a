// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Verifier.Specs;

namespace NopTap.Loading;

/// <summary>Turns an object's records into live maps and programs: everything, or nothing and a diagnostic.</summary>
internal static class ObjectLoader
{
    internal static BpfObject Load(BpfRuntime runtime, BpfObjectSpec given, LoadOptions options, CancellationToken cancellationToken)
    {
        BpfObjectSpec spec = SpecGate.Admit(given, out Diagnostic? problem);
        if (problem is not null)
            throw new VerificationException(problem);
        using var maps = new ObjectMaps(runtime, spec, options);
        var programs = ImmutableArray.CreateBuilder<BpfProgram>(spec.Programs.Length);
        var budget = new LoadBudget(runtime.Options, cancellationToken);
        budget.CheckInstructions(spec);
        var placed = new List<(ProgramArrayMap Array, uint Key, BpfProgram Program)>();
        bool isComplete = false;
        try
        {
            ImmutableArray<BpfMap> allMaps = maps.Take();
            foreach (ProgramSpec program in spec.Programs)
            {
                if (!program.AutoLoad)
                    continue;
                var live = new BpfProgram(runtime, program, allMaps);
                programs.Add(live);
                if (live.NotRunnable is null && live.TypeInfo.Kind != ContextKind.Observer)
                    ProgramBuilder.Build(live, live.TypeInfo, budget);
            }

            FillProgramArrays(spec, allMaps, programs, placed);
            FillMapsOfMaps(spec, allMaps);
            var loaded = new BpfObject(runtime, spec, allMaps, programs.ToImmutable());
            maps.Keep();
            isComplete = true;
            return loaded;
        }
        finally
        {
            if (!isComplete)
                Undo(programs, placed);
        }
    }

    static void FillProgramArrays(
        BpfObjectSpec spec, ImmutableArray<BpfMap> maps, ImmutableArray<BpfProgram>.Builder programs, List<(ProgramArrayMap Array, uint Key, BpfProgram Program)> placed)
    {
        for (int i = 0; i < maps.Length; i++)
        {
            if (maps[i] is not ProgramArrayMap array)
                continue;
            foreach ((uint key, string name) in spec.Maps[i].InitialEntries)
            {
                BpfProgram program = Find(programs, name) ?? throw Unknown(spec, array, key, name, "program", "an entry program");
                // It costs those that may call it, and nobody else.
                if (program.NotRunnable is not null && !IsUsed(programs, i))
                    continue;
                array.Set(key, program);
                placed.Add((array, key, program));
            }
        }
    }

    // As for libbpf, the place of a map in the initialiser is its key.
    static void FillMapsOfMaps(BpfObjectSpec spec, ImmutableArray<BpfMap> maps)
    {
        for (int i = 0; i < maps.Length; i++)
        {
            if (maps[i] is not BpfMapOfMaps outer)
                continue;
            foreach ((uint key, string name) in spec.Maps[i].InitialEntries)
            {
                int named = outer.KeySize == sizeof(uint) ? IndexOf(spec, name) : -1;
                outer.Set(key, named >= 0 ? maps[named] : throw Unknown(spec, outer, key, name, "map", "a map"));
            }
        }
    }

    static int IndexOf(BpfObjectSpec spec, string map)
    {
        for (int i = 0; i < spec.Maps.Length; i++)
        {
            if (spec.Maps[i].Name == map)
                return i;
        }

        return -1;
    }

    static BpfProgram? Find(ImmutableArray<BpfProgram>.Builder programs, string name)
    {
        foreach (BpfProgram program in programs)
        {
            if (program.Name == name)
                return program;
        }

        return null;
    }

    static bool IsUsed(ImmutableArray<BpfProgram>.Builder programs, int map) =>
        programs.Any(program => program.NotRunnable is null && program.Spec.References.Any(reference => reference.MapIndex == map));

    static BpfOperationException Unknown(BpfObjectSpec spec, BpfMap map, uint key, string name, string kind, string wanted) =>
        new(RuntimeDiagnostics.InitialEntryUnknown.At(
            new DiagnosticPlace { File = spec.Name, Map = map.Name },
            $"entry {key} is initialised with '{name}', which is no {kind} of this object or fits no key of {map.KeySize} bytes",
            $"name {wanted} of the same object in the map's values"));

    // Arrays that are given or pinned stay, and others call through them. What stood there may run still, so its claims go when nothing holds it.
    static void Undo(ImmutableArray<BpfProgram>.Builder programs, List<(ProgramArrayMap Array, uint Key, BpfProgram Program)> placed)
    {
        foreach ((ProgramArrayMap array, uint key, BpfProgram program) in placed)
            array.TakeBack(key, program);
        foreach (BpfProgram program in programs)
        {
            program.WithdrawClaims();
            program.Dispose();
        }
    }
}
