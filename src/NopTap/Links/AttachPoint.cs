// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>Where a link attaches: all places of one probe, or one function. Immutable.</summary>
internal sealed class AttachPoint
{
    AttachPoint(ITracedProgram target, string name, TrampolinePlace place)
    {
        Target = target;
        Name = name;
        Place = place;
    }

    internal ITracedProgram Target { get; }

    internal string Name { get; }

    internal TrampolinePlace Place { get; }

    internal required ImmutableArray<ProbeParameter> Parameters { get; init; }

    /// <summary>FUNC_PROTO of a probe, FUNC of a function; 0 when unknown.</summary>
    internal int BtfId { get; init; }

    /// <summary>Indexes of the sites or of the function in the verified program.</summary>
    internal required ImmutableArray<int> Indexes { get; init; }

    internal DiagnosticPlace DiagnosticPlace => Place == TrampolinePlace.ProbeSite
        ? new DiagnosticPlace { Program = Target.Name, Probe = Name }
        : new DiagnosticPlace { Program = Name == Target.Name ? Name : $"{Target.Name}/{Name}" };

    internal ProbePrototype Prototype(bool isExit) => new(Parameters, isExit, Target.Verified.Context);

    /// <summary>A probe of a program that has code: its sites that are not dead.</summary>
    internal static AttachPoint OfProbe(ITracedProgram target, int probeIndex)
    {
        ProbeSpec probe = target.Spec.Probes[probeIndex];
        var indexes = ImmutableArray.CreateBuilder<int>();
        for (int i = 0; i < target.Verified.Sites.Length; i++)
        {
            if (target.Verified.Sites[i].ProbeIndex == probeIndex && IsAlive(target, i))
                indexes.Add(i);
        }

        return new AttachPoint(target, probe.Name, TrampolinePlace.ProbeSite)
        {
            Parameters = probe.Parameters,
            BtfId = probe.PrototypeId,
            Indexes = indexes.ToImmutable(),
        };
    }

    /// <summary>A function of a program that has code.</summary>
    internal static AttachPoint OfFunction(ITracedProgram target, int function, ImmutableArray<ProbeParameter> parameters)
    {
        FunctionSpec spec = target.Spec.Functions[function];
        return new AttachPoint(target, spec.Name, TrampolinePlace.FunctionEntry)
        {
            Parameters = parameters,
            BtfId = spec.BtfTypeId,
            Indexes = [function],
        };
    }

    internal TrampolineKey KeyOf(int index) => new(Target.Id, Place, OffsetOf(index));

    internal int OffsetOf(int index) => Place == TrampolinePlace.ProbeSite
        ? Target.Verified.Sites[index].Site.Instruction
        : Target.Spec.Functions[index].Start;

    internal FunctionModel ModelOf(int index)
    {
        if (Place == TrampolinePlace.FunctionEntry)
            return new FunctionModel([.. Parameters.Select((_, n) => InRegister(Register.R1 + (byte)n))], hasReturnValue: true);
        if (Target.CompiledCode is { } code)
            return new FunctionModel(code.Sites[index].Arguments, hasReturnValue: false);
        return new FunctionModel([.. Target.Verified.Sites[index].Site.Arguments.Select(FromSpec)], hasReturnValue: false);
    }

    internal ITrampolineSite SiteOf(int index)
    {
        if (Target.CompiledCode is not { } code)
            return new InterpretedSite(Target.InterpreterProbes!, Place, index);
        return Place == TrampolinePlace.ProbeSite
            ? CompiledSite.OfProbe(Target, code.Sites[index])
            : CompiledSite.OfFunction(Target, code.Functions[index], ModelOf(index));
    }

    internal LinkSite Describe(int index)
    {
        int offset = OffsetOf(index);
        int machine = Target.CompiledCode is not { } code ? -1
            : Place == TrampolinePlace.ProbeSite ? code.Sites[index].Offset
            : code.Functions[index].EntrySiteOffset;
        return new LinkSite(offset, offset, machine, machine < 0 ? 0 : Target.CodeAddress + (ulong)machine);
    }

    static bool IsAlive(ITracedProgram target, int site) =>
        target.Verified.Sites[site].Unattachable is null && (target.CompiledCode is not { } code || code.Sites[site].Offset >= 0);

    static MachineArgument InRegister(Register register) => new(MachineArgumentKind.Register, register, 0);

    static MachineArgument FromSpec(ProbeArgumentSpec argument) => argument.IsConstant
        ? new MachineArgument(MachineArgumentKind.Constant, default, argument.Constant)
        : InRegister(argument.Register);
}
