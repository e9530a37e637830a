// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Jit;

/// <summary>Lowers one function: decides, instruction by instruction, what the machine shall do; <see cref="MachineWriter"/> encodes it.</summary>
/// <remarks>
/// One pass, registers fixed (<see cref="MachineRegisters"/>). Slots that no path reaches make no code, nor do branches that verification
/// found to go one way only.
/// </remarks>
sealed partial class FunctionLowering
{
    readonly CompilationRequest _request;
    readonly VerifiedProgram _program;
    readonly MachineWriter _writer;
    readonly ProgramLabels _labels;
    readonly FunctionSpec _function;
    readonly FunctionFacts _facts;
    readonly FunctionFrame _frame;

    internal FunctionLowering(CompilationRequest request, MachineWriter writer, ProgramLabels labels, int function)
    {
        _request = request;
        _program = request.Program;
        _facts = _program.Functions[function];
        _writer = writer;
        _labels = labels;
        _function = _program.Spec.Functions[function];
        _frame = FrameOf(_facts);
    }

    /// <summary>Writes everything behind the entry site.</summary>
    internal void Lower()
    {
        EmitStart();
        _frame.EmitEnter(_writer);
        if (_program.Facts[_function.Start].IsDead)
        {
            // Its address may be taken, but it is never entered.
            _writer.MoveConstant(Gpr.Rax, 0);
            EmitReturn();
            return;
        }

        for (int i = _function.Start; i < _function.End; i += _program.Instructions[i].SlotCount)
        {
            if (_program.Facts[i].IsDead)
                continue;
            _writer.Bind(_labels.Slot(i));
            if (_program.Facts[i].CountsRound)
                EmitRound();
            if (_labels.IsSite(i))
                _labels.SetSite(i, _writer.Site());
            else if (TryLowerSum(i))
                _writer.Bind(_labels.Slot(++i));
            else
                Lower(i, _program.Instructions[i]);
        }

        EmitCuts();
    }

    void Lower(int index, in Instruction instruction)
    {
        switch (instruction.Class)
        {
            case Opcode.Alu or Opcode.Alu64:
                LowerArithmetic(index, instruction);
                break;
            case Opcode.Jmp or Opcode.Jmp32 when instruction.IsJump:
                LowerJump(index, instruction);
                break;
            case Opcode.Jmp when instruction.IsExit:
                EmitReturn();
                break;
            case Opcode.Jmp when instruction.IsCall:
                LowerCall(index, instruction);
                break;
            case Opcode.Ld when instruction.IsWideLoad:
                LowerWideLoad(index, instruction);
                break;
            case Opcode.Ld when instruction.IsPacketLoad:
                LowerPacketLoad(instruction);
                break;
            case Opcode.Ldx:
                LowerLoad(instruction);
                break;
            case Opcode.St:
                _writer.StoreConstant(instruction.AccessSize, instruction.Immediate, Of(instruction.Destination), instruction.Offset);
                break;
            case Opcode.Stx when instruction.IsAtomic:
                LowerAtomic(index, instruction);
                break;
            case Opcode.Stx:
                _writer.Store(instruction.AccessSize, Of(instruction.Source), Of(instruction.Destination), instruction.Offset);
                break;
            default:
                throw Unknown(instruction);
        }
    }

    FunctionFrame FrameOf(in FunctionFacts facts)
    {
        bool needsFramePointer = false;
        bool hasMayGoto = false;
        bool hasCalls = facts.HasCalls;
        for (int i = _function.Start; i < _function.End; i += _program.Instructions[i].SlotCount)
        {
            if (_program.Facts[i].IsDead)
                continue;
            // Observers find the target's stack by rbp, so a function with sites always has its own.
            needsFramePointer |= _program.Instructions[i].ReadRegisters.Contains(Register.R10) || _labels.IsSite(i);
            hasMayGoto |= _program.Instructions[i].IsMayGoto;
            hasCalls |= _program.Instructions[i].IsCall || _program.Instructions[i].IsPacketLoad || _labels.IsSite(i);
        }

        return new FunctionFrame(facts, needsFramePointer, hasMayGoto, hasCalls);
    }

    void EmitReturn()
    {
        _frame.EmitLeave(_writer);
        _writer.Return();
    }

    /// <summary>Whether a register's value is still wanted behind an instruction that falls through.</summary>
    bool IsLiveAfter(int index, Register register) => _program.Facts[index + 1].LiveBefore.Contains(register);

    static Gpr Of(Register register) => MachineRegisters.Of(register);

    static Width WidthOf(bool is64) => is64 ? Width.Bits64 : Width.Bits32;

    static UnreachableException Unknown(in Instruction instruction) =>
        new($"BUG: verification let an instruction without meaning pass: {instruction}");
}
