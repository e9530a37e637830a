// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Origins;

/// <summary>
/// Checks each access of the context against its layout and rewrites it, slot for slot, into an access of the native context.
/// Before: the program's offsets and widths. After: those of <see cref="ContextField.NativeOffset"/>; pointers to the packet are 8-byte loads.
/// </summary>
sealed class ContextRewriter
{
    readonly ControlFlowGraph _graph;
    readonly ContextLayout? _layout;

    public ContextRewriter(ControlFlowGraph graph, ContextLayout? layout)
    {
        _graph = graph;
        _layout = layout;
    }

    public Diagnostic? Rewrite(OriginAnalysis origins, ImmutableArray<Instruction>.Builder code)
    {
        for (int slot = 0; slot < _graph.Code.Length; slot++)
        {
            Instruction instruction = _graph.Code[slot];
            if (!_graph.IsReachable(slot) || _graph.IsSecondHalf(slot) || !(instruction.ReadsMemory || instruction.WritesMemory))
                continue;
            if (Judge(slot, instruction, origins.Subject(slot), code) is Diagnostic problem)
                return problem;
        }

        return null;
    }

    Diagnostic? Judge(int slot, Instruction instruction, ValueOrigin address, ImmutableArray<Instruction>.Builder code)
    {
        string register = string.Create(CultureInfo.InvariantCulture, $"r{(int)instruction.BaseRegister}");
        DiagnosticPlace place = ProgramPlaces.At(_graph.Program, slot);
        switch (address.Origin)
        {
            case Origin.Context when _layout is not null:
                return Context(slot, instruction, address, code);
            case Origin.MaybeContext:
                return VerifierDiagnostics.MixedPointers.At(
                    place, $"{register} is the context on one path and another value on another", "access the context in each branch on its own");
            case Origin.TargetContext or Origin.Map or Origin.Function:
                return VerifierDiagnostics.NotDereferenceable.At(
                    place, $"access through {register}, which is {Name(address.Origin)}", "hand it to a helper; its memory is not the program's");
            case Origin.Number when _layout is not null:
                return VerifierDiagnostics.NotDereferenceable.At(
                    place, $"access through {register}, which is a number", "use bpf_probe_read_kernel for addresses that are read from memory");
            default:
                return null;
        }
    }

    static string Name(Origin origin) => origin switch
    {
        Origin.TargetContext => "the context of the observed program",
        Origin.Map => "a map, not a value of it",
        _ => "a function",
    };

    Diagnostic? Context(int slot, Instruction instruction, ValueOrigin address, ImmutableArray<Instruction>.Builder code)
    {
        DiagnosticPlace place = ProgramPlaces.At(_graph.Program, slot);
        if (!address.IsUnmodifiedContext)
        {
            return VerifierDiagnostics.ModifiedContext.At(
                place, "access through the context pointer after something was added to it", $"keep the unmodified struct {_layout!.StructName} pointer and access its fields by name");
        }

        if (ContextAccess.Check(_layout!, instruction, place, out ContextField? field) is Diagnostic problem)
            return problem;
        code[slot] = ContextAccess.Native(instruction, field!);
        return null;
    }
}
