// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;

namespace NopTap.Jit;

/// <summary>bpf_ringbuf_reserve, submit and discard as machine code, for all that needs neither waiting nor waking.</summary>
/// <remarks>
/// What cannot be done at once (the lock is taken, the ring is full, a flag is set) is left to the helper, which begins anew. Of the ring
/// this uses, relative to its mapping:
/// <code>
/// 0     consumer position (u64)
/// 4096  producer position (u64), position of the oldest uncommitted record (u64), map head (pointer), lock (u32)
/// 8192  data, twice; record: | 31 busy | 30 discarded | 29..0 length | u32 pages from the mapping's start | payload |
/// </code>
/// </remarks>
static class RingRoutines
{
    const int PageShift = 12;
    const int Producer = 1 << PageShift;
    const int Pending = Producer + 8;
    const int Owner = Producer + 16;
    const int Lock = Producer + 24;
    const int Data = 2 << PageShift;
    const int RecordHead = 8;
    const int Pages = 4;
    const int BusyBit = int.MinValue;
    const int DiscardBit = 1 << 30;
    const int LengthMask = DiscardBit - 1;
    const int NoWakeup = 1;
    const int ForceWakeup = 2;

    /// <summary>Reserve: map in rdi, size in rsi, flags in rdx.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="start">First byte.</param>
    /// <param name="helper">Address of the helper.</param>
    internal static void EmitReserve(MachineWriter writer, Label start, nint helper)
    {
        Label full = writer.NewLabel();
        Label slow = writer.NewLabel();
        writer.Align(16);
        writer.Bind(start);
        writer.Test(Width.Bits64, Gpr.Rdx, Gpr.Rdx);
        writer.JumpIf(Condition.NotEqual, slow);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rsi, LengthMask);
        writer.JumpIf(Condition.Above, slow);
        writer.Load(8, Gpr.R8, Gpr.Rdi, MapHeader.RingOffset);
        writer.MoveConstant(Gpr.R10, 1);
        writer.MoveConstant(Gpr.Rax, 0);
        writer.LockedCompareExchange(Width.Bits32, Gpr.R10, Gpr.R8, Lock);
        writer.JumpIf(Condition.NotEqual, slow);

        // rdx start, rcx length, r11 end, r9 mask of the ring, rax the oldest uncommitted record.
        writer.Load(8, Gpr.Rdx, Gpr.R8, Producer);
        writer.Load(8, Gpr.R9, Gpr.Rdi, MapHeader.RingMaskOffset);
        EmitLength(writer, Gpr.Rcx, Gpr.Rsi);
        writer.Sum(Width.Bits64, Gpr.R11, Gpr.Rdx, Gpr.Rcx);
        EmitSkipCommitted(writer);
        writer.Move(Width.Bits64, Gpr.R10, Gpr.R11);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.R10, Gpr.Rax);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.R10, Gpr.R9);
        writer.JumpIf(Condition.Above, full);
        writer.Load(8, Gpr.Rax, Gpr.R8, 0);
        writer.Move(Width.Bits64, Gpr.R10, Gpr.R11);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.R10, Gpr.Rax);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.R10, Gpr.R9);
        writer.JumpIf(Condition.Above, full);

        writer.Move(Width.Bits64, Gpr.Rax, Gpr.Rdx);
        writer.Binary(BinaryOperation.And, Width.Bits64, Gpr.Rax, Gpr.R9);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, Data);
        writer.Move(Width.Bits64, Gpr.Rcx, Gpr.Rax);
        writer.Shift(ShiftOperation.Right, Width.Bits64, Gpr.Rcx, PageShift);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, Gpr.R8);
        writer.Binary(BinaryOperation.Or, Width.Bits32, Gpr.Rsi, BusyBit);
        writer.Store(4, Gpr.Rsi, Gpr.Rax, 0);
        writer.Store(4, Gpr.Rcx, Gpr.Rax, Pages);
        writer.Store(8, Gpr.R11, Gpr.R8, Producer);
        writer.StoreConstant(4, 0, Gpr.R8, Lock);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, RecordHead);
        writer.Return();

        writer.Bind(full);
        writer.StoreConstant(4, 0, Gpr.R8, Lock);
        writer.MoveConstant(Gpr.Rdx, 0);
        writer.Bind(slow);
        EmitHelper(writer, helper);
    }

    /// <summary>Submit or discard: payload in rdi, flags in rsi.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="start">First byte.</param>
    /// <param name="discard">Which.</param>
    /// <param name="wake">Address of <see cref="InternalHelpers.WakeConsumer"/>.</param>
    internal static void EmitCommit(MachineWriter writer, Label start, bool discard, nint wake)
    {
        Label wakes = writer.NewLabel();
        Label done = writer.NewLabel();
        writer.Align(16);
        writer.Bind(start);
        writer.Sum(Width.Bits64, Gpr.Rdx, Gpr.Rdi, -RecordHead);
        writer.Load(4, Gpr.Rcx, Gpr.Rdx, Pages);
        writer.Shift(ShiftOperation.Left, Width.Bits64, Gpr.Rcx, PageShift);
        writer.Move(Width.Bits64, Gpr.R8, Gpr.Rdx);
        writer.Binary(BinaryOperation.And, Width.Bits64, Gpr.R8, -(1 << PageShift));
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.R8, Gpr.Rcx);
        writer.Load(8, Gpr.Rdi, Gpr.R8, Owner);
        writer.Load(4, Gpr.Rax, Gpr.Rdx, 0);
        writer.Binary(BinaryOperation.And, Width.Bits32, Gpr.Rax, LengthMask);
        if (discard)
            writer.Binary(BinaryOperation.Or, Width.Bits32, Gpr.Rax, DiscardBit);

        // A full fence: the consumer either sees this record or has announced before that it waits.
        writer.Exchange(Width.Bits32, Gpr.Rax, Gpr.Rdx, 0);
        writer.Test(Width.Bits32, Gpr.Rsi, ForceWakeup);
        writer.JumpIf(Condition.NotEqual, wakes);
        writer.Load(8, Gpr.Rcx, Gpr.R8, 0);
        writer.Load(8, Gpr.R9, Gpr.Rdi, MapHeader.RingMaskOffset);
        writer.Binary(BinaryOperation.And, Width.Bits64, Gpr.Rcx, Gpr.R9);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rdx, Gpr.R8);
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rdx, Data);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rcx, Gpr.Rdx);
        writer.JumpIf(Condition.NotEqual, done);
        writer.Test(Width.Bits32, Gpr.Rsi, NoWakeup);
        writer.JumpIf(Condition.Equal, wakes);
        writer.Bind(done);
        writer.MoveConstant(Gpr.Rax, 0);
        writer.Return();
        writer.Bind(wakes);
        EmitHelper(writer, wake);
    }

    // Moves the position in rax over records that are committed, up to rdx.
    static void EmitSkipCommitted(MachineWriter writer)
    {
        Label head = writer.NewLabel();
        Label done = writer.NewLabel();
        writer.Load(8, Gpr.Rax, Gpr.R8, Pending);
        writer.Bind(head);
        writer.Binary(BinaryOperation.Compare, Width.Bits64, Gpr.Rax, Gpr.Rdx);
        writer.JumpIf(Condition.AboveOrEqual, done);
        writer.Move(Width.Bits64, Gpr.R10, Gpr.Rax);
        writer.Binary(BinaryOperation.And, Width.Bits64, Gpr.R10, Gpr.R9);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.R10, Gpr.R8);
        writer.Load(4, Gpr.R10, Gpr.R10, Data);
        writer.Test(Width.Bits32, Gpr.R10, Gpr.R10);
        writer.JumpIf(Condition.Negative, done);
        writer.Binary(BinaryOperation.And, Width.Bits32, Gpr.R10, LengthMask);
        EmitLength(writer, Gpr.R10, Gpr.R10);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, Gpr.R10);
        writer.Jump(head);
        writer.Bind(done);
        writer.Store(8, Gpr.Rax, Gpr.R8, Pending);
    }

    // Bytes that a record with a payload takes.
    static void EmitLength(MachineWriter writer, Gpr length, Gpr payload)
    {
        writer.Sum(Width.Bits64, length, payload, RecordHead + 7);
        writer.Binary(BinaryOperation.And, Width.Bits64, length, -8);
    }

    // rsp is 8 modulo 16 in a routine.
    static void EmitHelper(MachineWriter writer, nint address)
    {
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rsp, 8);
        writer.Move(Width.Bits64, Gpr.R9, MachineRegisters.ThreadBlock);
        writer.CallAddress((ulong)address);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rsp, 8);
        writer.Return();
    }
}
