// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.CompilerServices;
using NopTap.Contexts;
using NopTap.Helpers;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Loading;
using NopTap.Threads;

namespace NopTap;

// Running: from a packet or a host's structure to r0. Nothing here allocates after a thread's first run.
public sealed unsafe partial class BpfProgram
{
    /// <summary>Runs the program on a packet.</summary>
    /// <param name="packet">An Ethernet frame, copied into the calling thread's buffer.</param>
    /// <returns>Verdict, time, and the packet as the program left it.</returns>
    /// <exception cref="BpfException">The program takes no packets, the packet is too short or too long, or a helper of the host threw.</exception>
    /// <exception cref="BpfFaultException">Under the interpreter: the program touched what it may not.</exception>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    public RunResult Run(ReadOnlySpan<byte> packet) => TestRun(packet, repeat: 1, default);

    /// <summary>Runs the program again and again on copies of one packet, like BPF_PROG_TEST_RUN.</summary>
    /// <param name="packet">An Ethernet frame.</param>
    /// <param name="repeat">Runs; the mean of their times is reported.</param>
    /// <returns>Verdict and packet of the last run.</returns>
    /// <exception cref="BpfException">As for <see cref="Run(ReadOnlySpan{byte})"/>.</exception>
    public RunResult TestRun(ReadOnlySpan<byte> packet, int repeat) => TestRun(packet, repeat, default);

    /// <summary>Runs the program on a packet in a buffer of the caller's, untimed: the quickest way for packets.</summary>
    /// <param name="buffer">Takes the packet; read <see cref="PacketBuffer.Packet"/> afterwards.</param>
    /// <param name="packet">An Ethernet frame.</param>
    /// <returns>Verdict.</returns>
    /// <exception cref="BpfException">
    /// As for <see cref="Run(ReadOnlySpan{byte})"/>; another run uses the buffer, or the run was stopped at the runtime's limit of rounds.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The buffer or the object was disposed.</exception>
    public uint Run(PacketBuffer buffer, ReadOnlySpan<byte> packet)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ThreadBlock* block = ThreadBlocks.Current;
        BufferLease.Hold hold = buffer.Enter(block);
        try
        {
            nint context = LoadPacket(buffer, packet);
            uint verdict = (uint)Execute(block, context, buffer.Memory, out RunStop stop);
            return stop == RunStop.None ? verdict : throw Stopped(stop, default);
        }
        finally
        {
            hold.Leave();
            GC.KeepAlive(buffer);
        }
    }

    /// <summary>Runs the program on a host's own structure.</summary>
    /// <typeparam name="T">The structure that r1 points at.</typeparam>
    /// <param name="context">The structure, exactly as large as the one that the program was verified for.</param>
    /// <returns>r0.</returns>
    /// <exception cref="BpfException">
    /// The program takes a context of another kind or size, another run uses the context, or a helper of the host threw; or the run was stopped
    /// at the runtime's limit of rounds.
    /// </exception>
    /// <exception cref="BpfFaultException">As for <see cref="Run(ReadOnlySpan{byte})"/>.</exception>
    /// <exception cref="ObjectDisposedException">The context or the object was disposed.</exception>
    public ulong Run<T>(PlainContext<T> context)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(context);
        if (sizeof(T) != _plainSize)
            CheckPlain<T>();
        ThreadBlock* block = ThreadBlocks.Current;
        BufferLease.Hold hold = context.Enter(block);
        try
        {
            ulong result = Execute(block, context.Address, context.Memory, out RunStop stop);
            return stop == RunStop.None ? result : throw Stopped(stop, default);
        }
        finally
        {
            hold.Leave();
            GC.KeepAlive(context);
        }
    }

    /// <summary>Runs the program on each packet in turn.</summary>
    /// <param name="packets">Ethernet frames.</param>
    /// <param name="verdicts">Receives a verdict for each.</param>
    /// <exception cref="ArgumentException">There is less room than packets.</exception>
    /// <exception cref="BpfException">
    /// As for <see cref="Run(ReadOnlySpan{byte})"/>, or a run was stopped at the runtime's limit of rounds; verdicts before the failing packet are written.
    /// </exception>
    public void RunBatch(ReadOnlySpan<ReadOnlyMemory<byte>> packets, Span<uint> verdicts)
    {
        CheckRoom(packets.Length, verdicts.Length);
        PacketBuffer buffer = BufferForThread(ThreadBlocks.Current);
        for (int i = 0; i < packets.Length; i++)
            verdicts[i] = Run(buffer, packets[i].Span);
    }

    // A run inside a run (a delegate or a helper that runs a program) must not overwrite the packet of the outer one.
    PacketBuffer BufferForThread(ThreadBlock* block)
    {
        if (block->Depth >= MaximumNesting)
            throw NestedTooDeep();
        return PacketBuffer.ForThread(block->Depth);
    }

    nint LoadPacket(PacketBuffer buffer, ReadOnlySpan<byte> packet)
    {
        ThrowIfNotRunnable();
        if (TypeInfo.Kind is not (ContextKind.Xdp or ContextKind.Skb))
            throw WrongContext("a packet");
        return buffer.Load(TypeInfo, packet);
    }

    // The quick way: machine code, outermost run, no statistics. What it leaves in the block is read inside a run only, so nothing is put
    // back; machine code does not throw, so nothing is guarded.
    ulong Execute(ThreadBlock* block, nint context, RunMemory* memory, out RunStop stop)
    {
        byte marker; // machine code's frames lie below it
        StackGuard.Check(block);
        if (block->Depth != 0 || _runtime.StatisticsEnabled)
            return ExecuteScoped(block, context, memory, default, out stop);
        Epochs.EnterOutermost(block);
        // Read after entering: from here on nothing is freed under this thread.
        nint entry = Volatile.Read(ref _entry);
        if (entry == 0)
        {
            Epochs.LeaveOutermost(block);
            return ExecuteScoped(block, context, memory, default, out stop);
        }

        block->RoundLimit = RunRounds.LimitFrom(block, _rounds);
        block->RunFrame = _frame;
        block->Memory = memory;
        memory->StackTop = (ulong)&marker;
        ulong result = ((delegate* unmanaged<nint, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)entry)(context, 0, 0, 0, 0, block);
        Epochs.LeaveOutermost(block);
        stop = block->Outcome == 0 ? RunStop.None : EndOf(block);
        // It holds the runtime and with it the code.
        GC.KeepAlive(this);
        return result;
    }

    // Every other way: nested runs, options, statistics, the interpreter, programs without code.
    [MethodImpl(MethodImplOptions.NoInlining)]
    ulong ExecuteScoped(ThreadBlock* block, nint context, RunMemory* memory, in RunOptions options, out RunStop stop)
    {
        byte marker;
        StackGuard.Check(block);
        if (block->Depth >= MaximumNesting)
            throw NestedTooDeep();
        Exception? outer = Faults.Suspend(block);
        try
        {
            using RunScope scope = RunScope.Enter(options.Rounds is long rounds ? (ulong)rounds : _rounds);
            block->RunFrame = _frame;
            block->Memory = memory;
            memory->StackTop = (ulong)&marker;
            StopRequest? request = StopRequest.Begin(block, options.CancellationToken);
            ulong result;
            try
            {
                result = ExecuteSlowly(Volatile.Read(ref _entry), context, memory, block);
                stop = block->Cut == 0 ? RunStop.None : StopRequest.IsAnyMade ? RunStop.Cancellation : RunStop.Rounds;
            }
            finally
            {
                request?.End();
            }

            if (block->Fault != 0)
                ThrowFault(block, stop);
            return result;
        }
        finally
        {
            Faults.Resume(block, outer);
            GC.KeepAlive(this);
        }
    }

    ulong ExecuteSlowly(nint entry, nint context, RunMemory* memory, ThreadBlock* block)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        ProgramImage image = BoundImage;
        long start = Stopwatch.GetTimestamp();
        ulong result = image.Interpreter is { } interpreter
            ? Interpret(interpreter, context, memory, block)
            : ((delegate* unmanaged<nint, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)entry)(context, 0, 0, 0, 0, block);
        if (_runtime.StatisticsEnabled)
        {
            ulong* words = SlotTable.Words(block, _statistics);
            words[0]++;
            words[1] += (ulong)Stopwatch.GetElapsedTime(start).Ticks * 100;
        }

        return result;
    }

    static ulong Interpret(ProgramInterpreter interpreter, nint context, RunMemory* memory, ThreadBlock* block)
    {
        GuestMemory guest = GuestMemories.Take();
        try
        {
            ulong start = memory->Context.Start;
            if (start != 0)
                guest.Add(new GuestRegion(start, memory->Context.End - start, true, true, "context"));
            memory->Frames = new MemoryWindow(guest.StackStart, guest.StackEnd);
            block->TailCalls = 0;
            return interpreter.Run(guest, (ulong)context, threadBlock: (nint)block);
        }
        finally
        {
            LockHelpers.ReleaseHeld(block);
            GuestMemories.Give(guest);
        }
    }

    // An observer under the interpreter; its target's run is going on, so the thread is inside already. Its faults end it alone.
    void InterpretObserver(ulong* arguments, int words, ThreadBlock* block)
    {
        if (_image?.Interpreter is not { } interpreter)
            return;
        GuestMemory guest = GuestMemories.Take();
        try
        {
            // An array without arguments is a context too. The target's own context is there for helpers only.
            guest.Add(new GuestRegion((ulong)arguments, (ulong)Math.Max(words, 1) * 8, true, false, "probe arguments"));
            if (block->Memory != null && block->Memory->Context.Start is var context && context != 0)
                guest.Add(new GuestRegion(context, block->Memory->Context.End - context, false, false, "context of the target"));
            interpreter.Run(guest, (ulong)arguments, threadBlock: (nint)block);
        }
        catch (BpfFaultException fault)
        {
            Faults.Record(fault, block);
        }
        finally
        {
            LockHelpers.ReleaseHeld(block);
            GuestMemories.Give(guest);
        }
    }

    // After the quick way, which has no token.
    [MethodImpl(MethodImplOptions.NoInlining)]
    RunStop EndOf(ThreadBlock* block)
    {
        RunStop stop = block->Cut == 0 ? RunStop.None : RunStop.Rounds;
        block->Cut = 0;
        if (block->Fault != 0)
            ThrowFault(block, stop);
        return stop;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void ThrowFault(ThreadBlock* block, RunStop stop)
    {
        Exception? cause = Faults.Take(block);
        // A run that a helper made was stopped together with this one, and said so by its exception.
        if (stop != RunStop.None && IsStop(cause))
            return;
        throw HelperFaulted(cause);
    }
}
