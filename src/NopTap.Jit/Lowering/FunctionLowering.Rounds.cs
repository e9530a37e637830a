// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Jit;

/// <summary>Rounds: where they are counted, and where a run that has none left takes a way out that its proof allows.</summary>
sealed partial class FunctionLowering
{
    readonly List<(Label Test, Label Way)> _cuts = [];
    Label? _notStarted;

    /// <summary>
    /// Behind the entry site, before there is a frame: a call that may come to nothing is a round, or returns 0. Changes scratch registers
    /// and flags alone.
    /// </summary>
    void EmitStart()
    {
        if (!_facts.MayNotStart || _request.OmitsRounds)
            return;
        _notStarted = _writer.NewLabel();
        _writer.Load(8, MachineRegisters.Scratch1, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
        _writer.CompareMemory64(MachineRegisters.Scratch1, MachineRegisters.ThreadBlock, ThreadBlock.RoundLimitOffset);
        _writer.JumpIf(Condition.AboveOrEqual, _notStarted.Value);
        EmitRound();
    }

    /// <summary>One round more.</summary>
    void EmitRound()
    {
        if (!_request.OmitsRounds)
            _writer.AddMemory64(MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset, 1);
    }

    /// <summary>Goes another way when the run has no round left, and notes that it was cut short.</summary>
    /// <param name="exit">Which early exit that way is; one that leaves the instruction alone.</param>
    /// <param name="free">A register whose value is not wanted.</param>
    /// <param name="way">Where it goes.</param>
    void EmitRoundTest(EarlyExit exit, Gpr free, Label way)
    {
        Debug.Assert(!Leaves(EarlyExits.RuleOf(exit).Leaves), "a function is left by EmitLeaveEarly");
        if (_request.OmitsRounds)
            return;
        Label cut = _writer.NewLabel();
        _cuts.Add((cut, way));
        _writer.Load(8, free, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
        _writer.CompareMemory64(free, MachineRegisters.ThreadBlock, ThreadBlock.RoundLimitOffset);
        _writer.JumpIf(Condition.AboveOrEqual, cut);
    }

    /// <summary>Writes what the tests jump to, behind the function, where it is in nobody's way.</summary>
    void EmitCuts()
    {
        foreach ((Label test, Label way) in _cuts)
        {
            _writer.Bind(test);
            _writer.StoreConstant(4, 1, MachineRegisters.ThreadBlock, ThreadBlock.CutOffset);
            _writer.Jump(way);
        }

        if (_notStarted is not { } notStarted)
            return;
        _writer.Bind(notStarted);
        _writer.StoreConstant(4, 1, MachineRegisters.ThreadBlock, ThreadBlock.CutOffset);
        // As EmitLeaveEarly, where there is no frame yet.
        _writer.MoveConstant(Gpr.Rax, ResultOf(EarlyExits.RuleOf(EarlyExit.GlobalFunctionSkipped).Result, Errno.None).GetValueOrDefault());
        _writer.Return();
    }
}
