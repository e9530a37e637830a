// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Jit;

sealed partial class FunctionLowering
{
    void LowerJump(int index, in Instruction instruction)
    {
        int target = instruction.JumpTarget(index);
        if (instruction.IsMayGoto)
        {
            // The passes left, less one; below 0 they are spent, and stay so.
            _writer.AddMemory64(Gpr.Rbp, _frame.LoopBudgetDisplacement, -1);
            _writer.JumpIf(Condition.Negative, _labels.Slot(target));
            EmitRoundTest(EarlyExit.MayGotoJumps, MachineRegisters.Scratch1, _labels.Slot(target));
        }
        else if (instruction.IsUnconditionalJump || _program.Facts[index].Branch == BranchFact.AlwaysTaken || _program.Facts[index + 1].IsDead)
        {
            if (!IsNextCode(index, target))
                _writer.Jump(_labels.Slot(target));
        }
        else if (_program.Facts[index].Branch != BranchFact.NeverTaken && !_program.Facts[target].IsDead && target != index + 1)
        {
            _writer.JumpIf(EmitComparison(instruction), _labels.Slot(target));
        }
    }

    // Whether the target follows without a jump: nothing but dead slots between.
    bool IsNextCode(int index, int target)
    {
        if (target <= index)
            return false;
        for (int i = index + 1; i < target; i++)
        {
            if (!_program.Facts[i].IsDead)
                return false;
        }

        return true;
    }

    Condition EmitComparison(in Instruction instruction)
    {
        Width width = WidthOf(instruction.Class == Opcode.Jmp);
        Gpr left = Of(instruction.Destination);
        if (instruction.Operation == Opcode.Jset)
            EmitBitTest(width, left, instruction);
        else if (instruction.UsesSourceRegister)
            _writer.Binary(BinaryOperation.Compare, width, left, Of(instruction.Source));
        else if (instruction.Immediate == 0)
            _writer.Test(width, left, left);
        else
            _writer.Binary(BinaryOperation.Compare, width, left, instruction.Immediate);
        return ConditionOf(instruction);
    }

    void EmitBitTest(Width width, Gpr left, in Instruction instruction)
    {
        if (instruction.UsesSourceRegister)
            _writer.Test(width, left, Of(instruction.Source));
        else
            _writer.Test(instruction.Immediate >= 0 ? Width.Bits32 : width, left, instruction.Immediate);
    }

    // test r, r sets the flags as cmp r, 0 does, so that constants of 0 need no conditions of their own.
    static Condition ConditionOf(in Instruction instruction) => instruction.Operation switch
    {
        Opcode.Jeq => Condition.Equal,
        Opcode.Jne or Opcode.Jset => Condition.NotEqual,
        Opcode.Jgt => Condition.Above,
        Opcode.Jge => Condition.AboveOrEqual,
        Opcode.Jlt => Condition.Below,
        Opcode.Jle => Condition.BelowOrEqual,
        Opcode.Jsgt => Condition.Greater,
        Opcode.Jsge => Condition.GreaterOrEqual,
        Opcode.Jslt => Condition.Less,
        Opcode.Jsle => Condition.LessOrEqual,
        _ => throw Unknown(instruction),
    };
}
