// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Jit;

/// <summary>bpf_loop as machine code: the callback is called without leaving machine code, which a managed helper would do at each pass.</summary>
/// <remarks>
/// Arguments as of the helper: count (32 bits) in rdi, callback thunk in rsi, its context in rdx, flags in rcx. Returns the passes made;
/// E2BIG for more than the kernel allows, EINVAL for flags.
/// </remarks>
static class LoopRoutine
{
    const int MaximumPasses = 8 * 1024 * 1024;

    internal static void Emit(MachineWriter writer, Label start)
    {
        Label head = writer.NewLabel();
        Label done = writer.NewLabel();
        Label out_ = writer.NewLabel();
        Label badFlags = writer.NewLabel();
        Label tooMany = writer.NewLabel();
        writer.Align(16);
        writer.Bind(start);
        writer.Test(Width.Bits64, Gpr.Rcx, Gpr.Rcx);
        writer.JumpIf(Condition.NotEqual, badFlags);
        writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.Rdi, MaximumPasses);
        writer.JumpIf(Condition.Above, tooMany);

        // rsp is 8 modulo 16 at the start; four registers and 8 bytes make it 0 at the call.
        writer.Push(Gpr.Rbx);
        writer.Push(Gpr.R13);
        writer.Push(Gpr.R14);
        writer.Push(Gpr.R15);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rsp, 8);
        writer.Move(Width.Bits32, Gpr.Rbx, Gpr.Rdi);
        writer.Move(Width.Bits64, Gpr.R13, Gpr.Rsi);
        writer.Move(Width.Bits64, Gpr.R14, Gpr.Rdx);
        writer.MoveConstant(Gpr.R15, 0);
        writer.Bind(head);
        writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.R15, Gpr.Rbx);
        writer.JumpIf(Condition.AboveOrEqual, done);
        writer.Move(Width.Bits32, Gpr.Rdi, Gpr.R15);
        writer.Move(Width.Bits64, Gpr.Rsi, Gpr.R14);
        writer.Move(Width.Bits64, Gpr.R9, MachineRegisters.ThreadBlock);
        writer.CallTo(Gpr.R13);
        writer.Binary(BinaryOperation.Add, Width.Bits32, Gpr.R15, 1);
        writer.Test(Width.Bits64, Gpr.Rax, Gpr.Rax);
        writer.JumpIf(Condition.Equal, head);
        writer.Bind(done);
        writer.Move(Width.Bits32, Gpr.Rax, Gpr.R15);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rsp, 8);
        writer.Pop(Gpr.R15);
        writer.Pop(Gpr.R14);
        writer.Pop(Gpr.R13);
        writer.Pop(Gpr.Rbx);
        writer.Bind(out_);
        writer.Return();
        writer.Bind(badFlags);
        writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.EINVAL));
        writer.Jump(out_);
        writer.Bind(tooMany);
        writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.E2BIG));
        writer.Jump(out_);
    }
}
