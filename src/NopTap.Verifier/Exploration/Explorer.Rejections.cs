// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    const int PathSteps = 12;

    bool Refuse(DiagnosticDescriptor descriptor, string message, string hint, int register = -1) =>
        Refuse(descriptor.At(ProgramPlaces.At(_program, _path.Slot), message, hint), register);

    /// <summary>Ends the exploration.</summary>
    /// <param name="diagnostic">The rejection.</param>
    /// <param name="register">Register whose value is at fault, or -1.</param>
    /// <returns>Always false.</returns>
    bool Refuse(Diagnostic diagnostic, int register)
    {
        int slot = diagnostic.Place.Instruction ?? _path.Slot;
        ImmutableArray<RejectionStep> slice = Slice(register, out bool fromArgument);
        if (fromArgument)
            diagnostic = diagnostic with { Hint = diagnostic.Hint + OwnArgumentsHint() };
        _rejection ??= new Rejection(diagnostic, Text(slot), _program.LineAt(slot)?.Text.Trim() ?? "", slice);
        _trace?.IsRefused(_path, _rejection);
        return false;
    }

    string Text(int slot) => InstructionFormatter.Format(_code.AsSpan(), slot);

    // The instructions that made the value at fault, and the tests that let it pass.
    ImmutableArray<RejectionStep> Slice(int register, out bool fromArgument)
    {
        fromArgument = false;
        if (register < 0 || _path.History < 0)
            return [];
        var wanted = new PlaceSet();
        wanted.Registers(_path.Depth) = (ushort)(1 << register);
        var steps = new List<RejectionStep>();
        bool executing = _history[_path.History].Slot == _path.Slot;
        int entry = executing ? _history[_path.History].Previous : _path.History;
        for (; entry >= 0 && steps.Count < PathSteps && !wanted.IsEmpty; entry = _history[entry].Previous)
        {
            int slot = _history[entry].Slot;
            if (wanted.StepBack(_history, entry, _code[slot]))
                steps.Add(StepAt(slot));
        }

        fromArgument = entry < 0 && wanted.Registers(0) != 0 && _path.Frames[0]!.Function != 0;
        steps.Reverse();
        return [.. steps];
    }

    RejectionStep StepAt(int slot)
    {
        LineInfo? line = _program.LineAt(slot);
        return new RejectionStep(slot, Text(slot), line is null ? "" : ProgramPlaces.Source(line), line?.Text.Trim() ?? "");
    }

    bool RefuseBudget()
    {
        int hottest = 0;
        for (int slot = 0; slot < _visits.Length; slot++)
        {
            if (_visits[slot] > _visits[hottest])
                hottest = slot;
        }

        string where = _program.LineAt(hottest) is LineInfo line ? $" ({ProgramPlaces.Source(line)}: {line.Text.Trim()})" : "";
        return Refuse(VerifierDiagnostics.TooComplex.At(
            ProgramPlaces.At(_program, hottest),
            $"{MaxSteps} instructions were followed without reaching the end of all paths; slot {hottest}{where} alone {_visits[hottest]} times",
            "bound the loop by a smaller constant, or use bpf_loop, whose callback is followed once"), -1);
    }
}
