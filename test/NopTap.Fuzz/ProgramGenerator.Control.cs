// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz;

// Branches, bounded loops and calls of functions further on, so that every program ends.
public sealed partial class ProgramGenerator
{
    const int MaximumLoopDepth = 2;

    static readonly byte[] s_comparisons =
    [
        Opcode.Jeq, Opcode.Jne, Opcode.Jset, Opcode.Jgt, Opcode.Jge, Opcode.Jlt, Opcode.Jle, Opcode.Jsgt, Opcode.Jsge, Opcode.Jslt, Opcode.Jsle,
    ];

    /// <summary>if, or if and else; the jump over the else part is sometimes a long one.</summary>
    void WriteBranch()
    {
        int branch = _code.Count;
        byte width = _random.Chance(50) ? Opcode.Jmp : Opcode.Jmp32;
        byte comparison = _random.Pick<byte>(s_comparisons);
        Emit(_random.Chance(50)
            ? new((byte)(width | comparison | Opcode.X), AnyNumber(), AnyNumber(), 0, 0)
            : new((byte)(width | comparison), AnyNumber(), 0, 0, (int)_random.Value()));
        WriteStatements(_random.Below(4));
        if (_random.Chance(50))
        {
            int over = _code.Count;
            bool isLong = _random.Chance(50);
            Emit(new((byte)((isLong ? Opcode.Jmp32 : Opcode.Jmp) | Opcode.Ja), 0, 0, 0, 0));
            PatchJump(branch);
            WriteStatements(_random.Below(4));
            PatchJump(over);
        }
        else
        {
            PatchJump(branch);
        }
    }

    /// <summary>do ... while (--counter): the counter is a register that nothing in the loop writes.</summary>
    void WriteLoop()
    {
        if (_loopDepth == MaximumLoopDepth || _function > 1)
            return;
        var counter = (Register)(6 + _random.Below(3));
        if (_reserved.Contains(counter))
            return;
        bool narrow = _random.Chance(50);
        Pin(new((byte)((narrow ? Opcode.Alu : Opcode.Alu64) | Opcode.Mov), counter, 0, 0, 1 + _random.Below(5)));
        int start = _code.Count;
        _reserved = _reserved.With(counter);
        _loopDepth++;
        WriteStatements(1 + _random.Below(4));
        _loopDepth--;
        _reserved = _reserved.Without(counter);
        Pin(new((byte)((narrow ? Opcode.Alu : Opcode.Alu64) | Opcode.Add), counter, 0, 0, -1));
        Pin(new((byte)((narrow ? Opcode.Jmp32 : Opcode.Jmp) | Opcode.Jne), counter, 0, (short)(start - _code.Count - 1), 0));
    }

    /// <summary>A call, when there is such a function.</summary>
    void WriteCall(int function)
    {
        if (function > _functions)
            return;
        int start = _code.Count;
        Emit(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, Register.R5, Register.R9, 0, 0));
        _calls.Add((_code.Count, function));
        Emit(new(Opcode.Jmp | Opcode.Call, 0, (Register)PseudoSource.ProgramCall, 0, 0));
        RenewArguments(start);
    }

    /// <summary>bpf_loop with a callback that calls a function, when there is such a function.</summary>
    void WriteHelperLoop(int function)
    {
        if (function > _functions || !_usesCallbacks || _function > 0)
            return;
        int start = _code.Count;
        Emit(new(Opcode.Alu64 | Opcode.Mov, Register.R1, 0, 0, _random.Below(5)));
        _callbacks.Add((_code.Count, function));
        Emit(new(Opcode.LdImm64, Register.R2, (Register)PseudoSource.Function, 0, 0));
        Emit(default);
        Emit(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, Register.R3, Register.R9, 0, 0));
        Emit(new(Opcode.Alu64 | Opcode.Mov, Register.R4, 0, 0, 0));
        Emit(new(Opcode.Jmp | Opcode.Call, 0, 0, 0, (int)HelperId.Loop));
        RenewArguments(start);
    }

    /// <summary>A callback of bpf_loop: (index, memory) -> f(index, index, index, index, memory), cut to 0 or 1.</summary>
    void WriteCallback(int callee)
    {
        int start = _code.Count;
        Emit(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, Register.R5, Register.R2, 0, 0));
        for (var register = Register.R2; register <= Register.R4; register++)
            Emit(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, register, Register.R1, 0, 0));
        _calls.Add((_code.Count, callee));
        Emit(new(Opcode.Jmp | Opcode.Call, 0, (Register)PseudoSource.ProgramCall, 0, 0));
        Emit(new(Opcode.Alu64 | Opcode.And, Register.R0, 0, 0, 1));
        Emit(new(Opcode.Jmp | Opcode.Exit, 0, 0, 0, 0));
        PinFrom(start);
    }

    /// <summary>Puts numbers into r1 to r5, which a call destroys, and pins the call.</summary>
    void RenewArguments(int start)
    {
        for (var register = Register.R1; register <= Register.R5; register++)
        {
            if (_random.Chance(50))
                Emit(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, register, _random.Chance(50) ? Register.R0 : (Register)(6 + _random.Below(3)), 0, 0));
            else
                LoadNumber(register);
        }

        PinFrom(start);
    }

    void WriteStatements(int count)
    {
        for (int n = 0; n < count; n++)
            WriteStatement();
    }

    void PatchJump(int slot)
    {
        int distance = _code.Count - slot - 1;
        _code[slot] = _code[slot].IsLongJump ? _code[slot] with { Immediate = distance } : _code[slot] with { Offset = (short)distance };
    }
}
