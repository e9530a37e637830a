// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Loading;
using NopTap.Maps;
using NopTap.Verifier;

namespace NopTap.Parity.Ours;

/// <summary>An object on this library's side, asked as its runtime asks.</summary>
sealed class OurObject
{
    static readonly HelperRegistry s_helpers = new();
    readonly BpfObjectSpec? _spec;
    readonly Diagnostic? _fault;
    readonly ImmutableArray<MapSpec> _maps = [];

    OurObject(BpfObjectSpec? spec, Diagnostic? fault)
    {
        _spec = spec;
        _fault = fault;
        if (spec is not null)
            _maps = [.. spec.Maps.Select(WithCapacity)];
    }

    /// <summary>Reads an object.</summary>
    public static OurObject Open(string path)
    {
        _ = BpfObjectSpec.TryLoad(path, out BpfObjectSpec? spec, out Diagnostic? fault);
        return new OurObject(spec, fault);
    }

    /// <summary>The object with capacities as here; null when it could not be read.</summary>
    public BpfObjectSpec? Spec => _spec is null ? null : _spec with { Maps = _maps };

    /// <summary>Its licence, or none.</summary>
    public string License => _spec?.License ?? "GPL";

    /// <summary>A program by name, or null.</summary>
    public ProgramSpec? Find(string name) => _spec?.Programs.FirstOrDefault(program => program.Name == name);

    /// <summary>The verdict on one of its programs.</summary>
    public OurAnswer Ask(string name)
    {
        if (_fault is not null)
            return new OurAnswer(_fault, null, null);
        ProgramSpec program = Find(name) ?? throw new InvalidOperationException($"{_spec!.Name} has no program '{name}'");
        return Ask(program, _maps);
    }

    /// <summary>The verdict on a program, by the way that the runtime goes.</summary>
    /// <param name="program">The program.</param>
    /// <param name="maps">Maps of its object.</param>
    public static OurAnswer Ask(ProgramSpec program, ImmutableArray<MapSpec> maps)
    {
        try
        {
            VerificationRequest request = VerificationRequests.For(program, maps, ProgramTypes.Of(program), s_helpers.For(program.Type));
            VerificationResult result = ProgramVerifier.Verify(request);
            return new OurAnswer(result.Rejection ?? FieldOfTheKernel(program, maps), request, result);
        }
        catch (BpfOperationException e)
        {
            return new OurAnswer(e.Diagnostic, null, null);
        }
    }

    // A map whose values hold what only a kernel can keep is no map that the runtime lets a program come to.
    static Diagnostic? FieldOfTheKernel(ProgramSpec program, ImmutableArray<MapSpec> maps) =>
        program.References.Select(reference => maps[reference.MapIndex]).FirstOrDefault(map => map.UnsupportedField is not null) is { } found
            ? MapDefinition.Check(found)
            : null;

    static MapSpec WithCapacity(MapSpec map) =>
        map.MaxEntries == 0 ? map with { MaxEntries = MapRules.DefaultCapacity((uint)map.Type) } : map;
}
