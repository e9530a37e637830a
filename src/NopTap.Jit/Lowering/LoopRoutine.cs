// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Jit;

/// <summary>bpf_loop as machine code: the callback is called without leaving machine code, which a managed helper would do at each round.</summary>
/// <remarks>
/// Arguments as of the helper: count in rdi, callback thunk in rsi, its context in rdx, flags in rcx. Returns the rounds made; E2BIG for
/// more than the kernel allows, EINVAL for flags. Rounds are taken from the run's limit in chunks (<see cref="RunLimits.LoopChunk"/>), so
/// that a round itself costs nothing more; what a callback that ends the loop leaves of a chunk is given back.
/// <code>
/// rbx: round at which the chunk ends    r13: thunk    r14: context    r15: rounds made
/// [rsp]: count    [rsp + 8]: size of the chunk    [rsp + 16]: ThreadBlock.Rounds when it was taken
/// </code>
/// </remarks>
static class LoopRoutine
{
    const int Count = 0;
    const int Chunk = 8;
    const int Mark = 16;
    const int Locals = 24;

    internal static void Emit(MachineWriter writer, Label start, bool countsRounds)
    {
        Label badFlags = writer.NewLabel();
        Label tooMany = writer.NewLabel();
        writer.Align(16);
        writer.Bind(start);
        writer.Test(Width.Bits64, Gpr.Rcx, Gpr.Rcx);
        writer.JumpIf(Condition.NotEqual, badFlags);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rdi, RunLimits.Loops);
        writer.JumpIf(Condition.Above, tooMany);
        EmitEnter(writer);
        EmitRounds(writer, countsRounds);
        EmitLeave(writer);
        writer.Bind(badFlags);
        writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.EINVAL));
        writer.Return();
        writer.Bind(tooMany);
        writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.E2BIG));
        writer.Return();
    }

    // rsp is 8 modulo 16 at the start; four registers and 24 bytes make it 0 at the call.
    static void EmitEnter(MachineWriter writer)
    {
        writer.Push(Gpr.Rbx);
        writer.Push(Gpr.R13);
        writer.Push(Gpr.R14);
        writer.Push(Gpr.R15);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rsp, Locals);
        writer.Store(8, Gpr.Rdi, Gpr.Rsp, Count);
        writer.Move(Width.Bits64, Gpr.Rbx, Gpr.Rdi);
        writer.Move(Width.Bits64, Gpr.R13, Gpr.Rsi);
        writer.Move(Width.Bits64, Gpr.R14, Gpr.Rdx);
        writer.MoveConstant(Gpr.R15, 0);
    }

    static void EmitLeave(MachineWriter writer)
    {
        writer.Move(Width.Bits64, Gpr.Rax, Gpr.R15);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rsp, Locals);
        writer.Pop(Gpr.R15);
        writer.Pop(Gpr.R14);
        writer.Pop(Gpr.R13);
        writer.Pop(Gpr.Rbx);
        writer.Return();
    }

    static void EmitRounds(MachineWriter writer, bool countsRounds)
    {
        Label chunk = writer.NewLabel();
        Label head = writer.NewLabel();
        Label ended = writer.NewLabel();
        Label done = writer.NewLabel();
        if (countsRounds)
        {
            writer.StoreConstant(8, 1, Gpr.Rsp, Chunk);
            writer.Bind(chunk);
            EmitTake(writer, done);
        }
        else
        {
            writer.Test(Width.Bits64, Gpr.Rbx, Gpr.Rbx);
            writer.JumpIf(Condition.Equal, done);
        }

        writer.Bind(head);
        writer.Move(Width.Bits32, Gpr.Rdi, Gpr.R15);
        writer.Move(Width.Bits64, Gpr.Rsi, Gpr.R14);
        writer.Move(Width.Bits64, Gpr.R9, MachineRegisters.ThreadBlock);
        writer.CallTo(Gpr.R13);
        writer.Binary(BinaryOperation.Add, Width.Bits32, Gpr.R15, 1);
        writer.Test(Width.Bits64, Gpr.Rax, Gpr.Rax);
        writer.JumpIf(Condition.NotEqual, ended);
        writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.R15, Gpr.Rbx);
        writer.JumpIf(Condition.Below, head);
        if (countsRounds)
            EmitNextChunk(writer, chunk);
        writer.Bind(ended);
        if (countsRounds)
            EmitGiveBack(writer);
        writer.Bind(done);
    }

    // rbx becomes the round at which the chunk ends: no further than the count, the size of a chunk and the run's limit allow.
    static void EmitTake(MachineWriter writer, Label done)
    {
        Label within = writer.NewLabel();
        Label small = writer.NewLabel();
        Label left = writer.NewLabel();
        writer.Load(8, Gpr.Rbx, Gpr.Rsp, Count);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rbx, Gpr.R15);
        writer.JumpIf(Condition.Equal, done);
        writer.Load(8, Gpr.Rcx, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
        writer.Load(8, Gpr.Rax, MachineRegisters.ThreadBlock, ThreadBlock.RoundLimitOffset);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rax, Gpr.Rcx);
        writer.JumpIf(Condition.Above, left);
        writer.StoreConstant(4, 1, MachineRegisters.ThreadBlock, ThreadBlock.CutOffset);
        writer.Jump(done);
        writer.Bind(left);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rbx, Gpr.Rax);
        writer.JumpIf(Condition.BelowOrEqual, within);
        writer.Move(Width.Bits64, Gpr.Rbx, Gpr.Rax);
        writer.Bind(within);
        writer.Load(8, Gpr.Rax, Gpr.Rsp, Chunk);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rbx, Gpr.Rax);
        writer.JumpIf(Condition.BelowOrEqual, small);
        writer.Move(Width.Bits64, Gpr.Rbx, Gpr.Rax);
        writer.Bind(small);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rcx, Gpr.Rbx);
        writer.Store(8, Gpr.Rcx, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
        writer.Store(8, Gpr.Rcx, Gpr.Rsp, Mark);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rbx, Gpr.R15);
    }

    // As RunLimits.NextChunk.
    static void EmitNextChunk(MachineWriter writer, Label chunk)
    {
        Label store = writer.NewLabel();
        writer.MoveConstant(Gpr.Rcx, 1);
        writer.Load(8, Gpr.Rax, Gpr.Rsp, Mark);
        writer.CompareMemory64(Gpr.Rax, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
        writer.JumpIf(Condition.NotEqual, store);
        writer.Load(8, Gpr.Rcx, Gpr.Rsp, Chunk);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rcx, RunLimits.LoopChunk);
        writer.JumpIf(Condition.AboveOrEqual, store);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rcx, Gpr.Rcx);
        writer.Bind(store);
        writer.Store(8, Gpr.Rcx, Gpr.Rsp, Chunk);
        writer.Jump(chunk);
    }

    static void EmitGiveBack(MachineWriter writer)
    {
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rbx, Gpr.R15);
        writer.Load(8, Gpr.Rax, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rax, Gpr.Rbx);
        writer.Store(8, Gpr.Rax, MachineRegisters.ThreadBlock, ThreadBlock.RoundsOffset);
    }
}
