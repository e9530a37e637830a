// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Verifier.Specs;

sealed partial class SpecGate
{
    const int MaxParameters = 5;

    ProgramSpec Program(ProgramSpec spec)
    {
        DiagnosticPlace before = _place;
        BtfTypes? typesBefore = _types;
        _place = new DiagnosticPlace { File = before.File, Program = spec.Name, Section = spec.SectionName };
        _types = spec.Btf;
        if (string.IsNullOrEmpty(spec.Name))
            Report("a program has no name");
        ProgramSpec admitted = spec with
        {
            Name = spec.Name ?? "",
            SectionName = spec.SectionName ?? "",
            License = spec.License ?? "",
            Instructions = Copy(spec.Instructions),
            Functions = Parts(spec.Functions, "function", Function),
            References = Copy(spec.References),
            Lines = Parts(spec.Lines, "line record", static line => line with { File = line.File ?? "", Text = line.Text ?? "" }),
            CoreRelocations = Parts(spec.CoreRelocations, "relocation", static relocation => relocation with { Access = relocation.Access ?? "" }),
            Probes = Parts(spec.Probes, "probe", Probe),
            Missing = Parts(spec.Missing, "missing reference", Missing),
        };
        CheckLines(admitted);
        foreach (CoreRelocationSpec relocation in admitted.CoreRelocations)
        {
            TypeId(relocation.TypeId, "a relocation");
            Slot(relocation.Instruction, admitted, "a relocation");
        }

        foreach (MissingReference missing in admitted.Missing)
            Slot(missing.Instruction, admitted, $"the missing '{missing.Name}'");
        _place = before;
        _types = typesBefore;
        return admitted;
    }

    MissingReference Missing(MissingReference missing)
    {
        if (missing.Name is null || missing.Reason is null)
            Report("a missing reference has no name or no reason");
        return missing with { Name = missing.Name ?? "" };
    }

    // They are found by halving, so their order is part of what they say.
    void CheckLines(ProgramSpec spec)
    {
        int last = 0;
        foreach (LineInfo line in spec.Lines)
        {
            if (line.Instruction < last)
                Report(string.Create(CultureInfo.InvariantCulture, $"line records are out of order: slot {line.Instruction} behind slot {last}"));
            Slot(line.Instruction, spec, "a line record");
            last = line.Instruction;
        }
    }

    void Slot(int slot, ProgramSpec spec, string of)
    {
        if ((uint)slot >= (uint)spec.Instructions.Length)
            Report(string.Create(CultureInfo.InvariantCulture, $"{of} is for slot {slot} of {spec.Instructions.Length}"));
    }

    FunctionSpec Function(FunctionSpec function)
    {
        if (function.Name is null)
            Report("a function has no name");
        TypeId(function.BtfTypeId, $"function '{function.Name}'");
        return function with { Name = function.Name ?? "", Prototype = function.Prototype is { } prototype ? Prototype(prototype) : null };
    }

    FunctionPrototype Prototype(FunctionPrototype prototype) => prototype with
    {
        ReturnType = prototype.ReturnType ?? "",
        Parameters = Parts(prototype.Parameters, "parameter", parameter =>
        {
            // The size is what callers must have there and what the function may touch: it may neither be negative nor overflow.
            if (!Enum.IsDefined(parameter.Kind) || parameter.Size is < 0 or > uint.MaxValue)
                Report(string.Create(CultureInfo.InvariantCulture, $"parameter '{parameter.Name}' is of kind {parameter.Kind} and {parameter.Size} bytes"));
            return parameter with { Name = parameter.Name ?? "", TypeName = parameter.TypeName ?? "" };
        }),
    };

    ProbeSpec Probe(ProbeSpec probe)
    {
        if (string.IsNullOrEmpty(probe.Name))
            Report("a probe has no name");
        TypeId(probe.PrototypeId, $"probe '{probe.Name}'");
        ProbeSpec admitted = probe with
        {
            Name = probe.Name ?? "",
            Parameters = Parts(probe.Parameters, "parameter", parameter => Parameter(probe, parameter)),
            Sites = Parts(probe.Sites, "site", Site),
        };
        if (admitted.Parameters.Length > MaxParameters)
            Report(string.Create(CultureInfo.InvariantCulture, $"probe '{probe.Name}' has {admitted.Parameters.Length} parameters, where {MaxParameters} are the most"));
        return admitted;
    }

    ProbeParameter Parameter(ProbeSpec probe, ProbeParameter parameter)
    {
        TypeId(parameter.TypeId, $"parameter '{parameter.Name}' of probe '{probe.Name}'");
        bool fits = parameter.Kind is ProbeArgumentKind.Integer ? parameter.Size is 1 or 2 or 4 or 8 : parameter.Size == 8;
        if (!fits || !Enum.IsDefined(parameter.Kind))
            Report(string.Create(CultureInfo.InvariantCulture, $"parameter '{parameter.Name}' of probe '{probe.Name}' is of kind {parameter.Kind} and {parameter.Size} bytes"));
        return parameter with { TypeName = parameter.TypeName ?? "" };
    }

    static ProbeSiteSpec Site(ProbeSiteSpec site)
    {
        var arguments = ImmutableArray.CreateBuilder<ProbeArgumentSpec>(site.Arguments.IsDefault ? 0 : site.Arguments.Length);
        foreach (ProbeArgumentSpec argument in Copy(site.Arguments))
            arguments.Add(argument.IsConstant ? argument with { Register = Register.R0 } : argument);
        return site with { Symbol = site.Symbol ?? "", Arguments = arguments.ToImmutable() };
    }
}
