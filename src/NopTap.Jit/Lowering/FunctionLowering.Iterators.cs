// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Jit;

/// <summary>The iterator over numbers in place: <c>|current : 32|end : 32|</c> in the program's frame, at rdi.</summary>
sealed partial class FunctionLowering
{
    const int EndOfNumbers = 4;

    // First number in esi, end in edx.
    void EmitNewNumbers()
    {
        Label less = _writer.NewLabel();
        Label tooMany = _writer.NewLabel();
        Label end = _writer.NewLabel();
        _writer.StoreConstant(8, 0, Gpr.Rdi, 0);
        _writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.Rsi, Gpr.Rdx);
        _writer.JumpIf(Condition.Greater, less);
        // Not less, so the 32-bit difference is right as an unsigned number.
        _writer.Move(Width.Bits32, Gpr.Rax, Gpr.Rdx);
        _writer.Binary(BinaryOperation.Sub, Width.Bits32, Gpr.Rax, Gpr.Rsi);
        _writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.Rax, RunLimits.Loops);
        _writer.JumpIf(Condition.Above, tooMany);
        _writer.Binary(BinaryOperation.Sub, Width.Bits32, Gpr.Rsi, 1);
        _writer.Store(4, Gpr.Rsi, Gpr.Rdi, 0);
        _writer.Store(4, Gpr.Rdx, Gpr.Rdi, EndOfNumbers);
        _writer.MoveConstant(Gpr.Rax, 0);
        _writer.Jump(end);
        _writer.Bind(less);
        _writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.EINVAL));
        _writer.Jump(end);
        _writer.Bind(tooMany);
        _writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.E2BIG));
        _writer.Bind(end);
    }

    void EmitNextNumber()
    {
        Label drained = _writer.NewLabel();
        Label end = _writer.NewLabel();
        _writer.Load(4, Gpr.Rdx, Gpr.Rdi, 0);
        _writer.Binary(BinaryOperation.Add, Width.Bits32, Gpr.Rdx, 1);
        _writer.CompareMemory32(Gpr.Rdx, Gpr.Rdi, EndOfNumbers);
        _writer.JumpIf(Condition.GreaterOrEqual, drained);
        EmitRoundTest(EarlyExit.IteratorEnds, MachineRegisters.Scratch1, drained);
        _writer.Store(4, Gpr.Rdx, Gpr.Rdi, 0);
        _writer.Move(Width.Bits64, Gpr.Rax, Gpr.Rdi);
        _writer.Jump(end);
        _writer.Bind(drained);
        _writer.StoreConstant(8, 0, Gpr.Rdi, 0);
        _writer.MoveConstant(Gpr.Rax, 0);
        _writer.Bind(end);
    }
}
