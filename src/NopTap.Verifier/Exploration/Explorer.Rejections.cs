// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    // In place of a slot from which on the path is of interest: none of it is.
    const int NoPath = -2;

    bool Refuse(DiagnosticDescriptor descriptor, string message, string hint, int register = -1) =>
        Refuse(descriptor.At(ProgramPlaces.At(_program, _path.Slot), message, hint), register);

    /// <summary>Ends the exploration.</summary>
    /// <param name="diagnostic">The rejection.</param>
    /// <param name="register">Register whose value is at fault, or -1.</param>
    /// <param name="since">Slot from which on the path is of interest, where no register is at fault.</param>
    /// <returns>Always false.</returns>
    bool Refuse(Diagnostic diagnostic, int register, int since = -1)
    {
        if (_rejection is not null)
            return false;
        int slot = diagnostic.Place.Instruction ?? _path.Slot;
        if (IsOwnArgument(register))
            diagnostic = diagnostic with { Hint = diagnostic.Hint + OwnArgumentsHint() };
        NoteRefused(register, since);
        _rejection = new Rejection(diagnostic, Text(slot), _program.LineAt(slot)?.Text.Trim() ?? "", []);
        _trace?.IsRefused(_path, _rejection);
        return false;
    }

    // For a sentence: the line of C where there is one.
    string PlaceOf(int slot) => _program.LineAt(slot) is LineInfo line ? $"{ProgramPlaces.Source(line)} ('{line.Text.Trim()}')" : $"insn {slot}";

    // A register in words, with the names of maps.
    string Say(in RegisterState register) => RegisterText.Describe(register, _request.Maps);

    string Text(int slot) => InstructionFormatter.Format(_code.AsSpan(), slot);

    // Whether the value at fault is what a global function was given, or what was made of it.
    bool IsOwnArgument(int register)
    {
        if (register < 0 || _path.History < 0 || _path.Frames[0]!.Function == 0)
            return false;
        var wanted = new PlaceSet();
        wanted.Registers(_path.Depth) = (ushort)(1 << register);
        int entry = _history[_path.History].Slot == _path.Slot ? _history[_path.History].Previous : _path.History;
        for (; entry >= 0 && !wanted.IsEmpty; entry = _history[entry].Previous)
            wanted.StepBack(_history, entry, _code[_history[entry].Slot]);
        return entry < 0 && wanted.Registers(0) != 0;
    }

    // The smallest loop that has the slot in it, by the jumps that lead backwards.
    (int First, int Last) LoopAround(int slot)
    {
        FunctionSpec function = _program.FunctionAt(slot);
        (int First, int Last) loop = (-1, int.MaxValue);
        for (int at = slot; at < function.End; at += _code[at].SlotCount)
        {
            if (!_code[at].IsJump || _code[at].IsMayGoto)
                continue;
            int target = _code[at].JumpTarget(at);
            if (target <= slot && target <= at && at - target < (long)loop.Last - loop.First)
                loop = (target, at);
        }

        return loop.First < 0 ? (-1, -1) : loop;
    }
}
