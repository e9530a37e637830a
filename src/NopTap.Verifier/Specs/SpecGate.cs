// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Formats.Btf;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Specs;

/// <summary>
/// The one place where specifications come in, whoever made them: read from a file or written by a host. Before: any values at all. After: no
/// part is null or default, names are texts, sizes and type ids are in range, lists are in order, and the lists are copies that nobody else can
/// change. What is right about the code itself is the verifier's affair.
/// </summary>
sealed partial class SpecGate
{
    const string Hint = "leave parts of a specification as they were read from an object, or give what the documentation of the part asks for";

    DiagnosticPlace _place;
    BtfTypes? _types;
    Diagnostic? _problem;

    SpecGate(DiagnosticPlace place) => _place = place;

    /// <summary>Admits an object.</summary>
    /// <param name="spec">Any values.</param>
    /// <param name="problem">What is wrong, or null.</param>
    /// <returns>The same object with nothing missing.</returns>
    public static BpfObjectSpec Admit(BpfObjectSpec spec, out Diagnostic? problem)
    {
        var gate = new SpecGate(new DiagnosticPlace { File = spec.Name });
        gate._types = spec.Btf;
        ImmutableArray<MapSpec> maps = gate.Parts(spec.Maps, "map", map => gate.Map(map));
        ImmutableArray<ProgramSpec> programs = gate.Parts(spec.Programs, "program", gate.Program);
        BpfObjectSpec admitted = spec with
        {
            Name = spec.Name ?? "",
            License = spec.License ?? "",
            Maps = maps,
            Programs = programs,
            Externs = gate.Parts(spec.Externs, "extern", static external => external with { Name = external.Name ?? "" }),
        };
        problem = gate._problem;
        for (int i = 0; problem is null && i < programs.Length; i++)
            problem = StructureChecker.CheckShape(programs[i], maps);
        return admitted;
    }

    /// <summary>Admits a program. Whether its parts fit the code is checked later.</summary>
    public static ProgramSpec Admit(ProgramSpec spec, out Diagnostic? problem)
    {
        var gate = new SpecGate(default);
        ProgramSpec admitted = gate.Program(spec);
        problem = gate._problem;
        return admitted;
    }

    /// <summary>Admits a map's definition. What its kind of map asks for is checked when the map is made.</summary>
    public static MapSpec Admit(MapSpec spec, out Diagnostic? problem)
    {
        var gate = new SpecGate(new DiagnosticPlace { Map = spec.Name });
        MapSpec admitted = gate.Map(spec);
        problem = gate._problem;
        return admitted;
    }

    MapSpec Map(MapSpec spec, bool isInner = false)
    {
        if (spec.Name is null)
            Report("a map has no name");
        TypeId(spec.KeyTypeId, $"the key of map '{spec.Name}'");
        TypeId(spec.ValueTypeId, $"the value of map '{spec.Name}'");
        if (isInner && spec.Inner is not null)
            Report($"map '{spec.Name}', a template of inner maps, has a template itself");
        ImmutableArray<KeyValuePair<uint, string>> entries = Copy(spec.InitialEntries);
        foreach (KeyValuePair<uint, string> entry in entries)
        {
            if (entry.Value is null)
                Report($"initial entry {entry.Key} of map '{spec.Name}' has no name");
        }

        return spec with
        {
            Name = spec.Name ?? "",
            InitialValue = Copy(spec.InitialValue),
            InitialEntries = entries,
            Inner = isInner || spec.Inner is null ? null : Map(spec.Inner, isInner: true),
        };
    }

    void TypeId(int id, string of)
    {
        if (id < 0 || (_types is not null && id >= _types.Count))
            Report(string.Create(CultureInfo.InvariantCulture, $"{of} has type {id}, where the object has {_types?.Count ?? 0} types"));
    }

    // The first problem is the one that is reported.
    void Report(string what) => _problem ??= VerifierDiagnostics.BrokenSpec.At(_place, what, Hint);

    ImmutableArray<T> Parts<T>(ImmutableArray<T> parts, string noun, Func<T, T> admit)
        where T : class
    {
        if (parts.IsDefaultOrEmpty)
            return [];
        var admitted = ImmutableArray.CreateBuilder<T>(parts.Length);
        foreach (T? part in parts)
        {
            if (part is null)
                Report($"a {noun} is null");
            else
                admitted.Add(admit(part));
        }

        return admitted.ToImmutable();
    }

    // A copy, since whoever made the array may have kept a way to write to it.
    static ImmutableArray<T> Copy<T>(ImmutableArray<T> values) => values.IsDefaultOrEmpty ? [] : ImmutableArray.Create(values.AsSpan());
}
