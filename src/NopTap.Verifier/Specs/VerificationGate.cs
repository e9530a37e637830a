// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Specs;

/// <summary>Admits what the verifier is asked. Afterwards nothing in the request is null, default or out of its range.</summary>
static class VerificationGate
{
    const int MaxArguments = 5;

    static readonly ProgramSpec s_none = new() { Name = "", SectionName = "", Instructions = [], Functions = [] };

    /// <summary>Admits a request.</summary>
    /// <param name="request">Any values.</param>
    /// <param name="problem">What is wrong, or null.</param>
    /// <returns>The same request with nothing missing, or as much of it as there is.</returns>
    public static VerificationRequest Admit(VerificationRequest request, out Diagnostic? problem)
    {
        if (request.Program is null)
        {
            problem = VerifierDiagnostics.BrokenSpec.At(default, "the request has no program", "give it one");
            return request with { Program = s_none };
        }

        ProgramSpec program = SpecGate.Admit(request.Program, out problem);
        var place = new DiagnosticPlace { Program = program.Name, Section = program.SectionName };
        ImmutableArray<MapSpec> maps = Maps(request.Maps, place, ref problem);
        problem ??= Helpers(request.Helpers, place) ?? Context(request.Context, place);
        return request with { Program = program, Maps = maps, Budget = request.Budget ?? VerificationBudget.Default };
    }

    static ImmutableArray<MapSpec> Maps(ImmutableArray<MapSpec> maps, DiagnosticPlace place, ref Diagnostic? problem)
    {
        if (maps.IsDefaultOrEmpty)
            return [];
        var admitted = ImmutableArray.CreateBuilder<MapSpec>(maps.Length);
        foreach (MapSpec? map in maps)
        {
            if (map is null)
            {
                problem ??= VerifierDiagnostics.BrokenSpec.At(place, "a map is null", "leave it out");
                continue;
            }

            admitted.Add(SpecGate.Admit(map, out Diagnostic? wrong));
            problem ??= wrong;
        }

        return admitted.ToImmutable();
    }

    static Diagnostic? Helpers(FrozenDictionary<int, HelperSignature>? helpers, DiagnosticPlace place)
    {
        if (helpers is null)
            return VerifierDiagnostics.BrokenSpec.At(place, "the request has no helpers", "give it those that the program may call, or none");
        foreach ((int id, HelperSignature? helper) in helpers)
        {
            bool isWhole = helper is { Name: not null, Arguments: { IsDefault: false, Length: <= MaxArguments } } && helper.Id == id && Enum.IsDefined(helper.Return);
            foreach (HelperArgument argument in isWhole ? helper!.Arguments : [])
                isWhole &= Enum.IsDefined(argument);
            if (!isWhole)
                return VerifierDiagnostics.BrokenSpec.At(place, $"helper {id} is null, or its signature is none", "take signatures from the helper catalogue, or from a registry");
        }

        return null;
    }

    static Diagnostic? Context(ContextLayout? context, DiagnosticPlace place)
    {
        if (context is null)
        {
            return VerifierDiagnostics.ContextUnknown.At(
                place, "nothing is known of what r1 points to, so nothing can be proved of the program", "give the layout of its context");
        }

        bool isWhole = context is { StructName: not null, Size: >= 0, NativeSize: >= 0, Fields.IsDefault: false };
        foreach (ContextField? field in isWhole ? context.Fields : [])
        {
            isWhole &= field is { Name: not null, Offset: >= 0, Size: >= 0 } && Enum.IsDefined(field.Kind)
                && (long)field.Offset + field.Size <= context.Size && field.NativeOffset >= 0 && field.NativeSize >= 0
                && (long)field.NativeOffset + field.NativeSize <= context.NativeSize;
        }

        return isWhole ? null : VerifierDiagnostics.BrokenSpec.At(place, $"the layout of context '{context.StructName}' has a part that is missing, or a field outside of it", "give each field a name, an offset and a size inside the structure");
    }
}
