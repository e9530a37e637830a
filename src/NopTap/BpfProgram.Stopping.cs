// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap;

// Runs that end by a limit or a token of their caller's.
public sealed unsafe partial class BpfProgram
{
    /// <summary>Runs the program on a packet, no further than allowed.</summary>
    /// <param name="packet">An Ethernet frame, copied into the calling thread's buffer.</param>
    /// <param name="options">How far it may go.</param>
    /// <returns>Verdict, time, the packet as the program left it, and what stopped the run, if anything did.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already: nothing ran.</exception>
    /// <exception cref="BpfException">As for <see cref="Run(ReadOnlySpan{byte})"/>.</exception>
    public RunResult Run(ReadOnlySpan<byte> packet, RunOptions options) => TestRun(packet, repeat: 1, options);

    /// <summary>Runs the program again and again on copies of one packet, none of the runs further than allowed.</summary>
    /// <param name="packet">An Ethernet frame.</param>
    /// <param name="repeat">Runs; the mean of their times is reported.</param>
    /// <param name="options">How far each run may go; a cancellation ends all of them.</param>
    /// <returns>Verdict and packet of the last run: the first that was stopped, if one was.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already: nothing ran.</exception>
    /// <exception cref="BpfException">As for <see cref="Run(ReadOnlySpan{byte})"/>.</exception>
    public RunResult TestRun(ReadOnlySpan<byte> packet, int repeat, RunOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repeat);
        options.CancellationToken.ThrowIfCancellationRequested();
        ThreadBlock* block = ThreadBlocks.Current;
        PacketBuffer buffer = BufferForThread(block);
        StopRequest? request = ListenForAll(block, ref options);
        ulong result = 0;
        ulong before = 0;
        long ticks = 0;
        int runs = 0;
        RunStop stop = RunStop.None;
        try
        {
            while (runs < repeat && stop == RunStop.None)
            {
                nint context = LoadPacket(buffer, packet);
                before = block->Rounds;
                long start = Stopwatch.GetTimestamp();
                result = Execute(block, context, buffer.Memory, options, request, out stop);
                ticks += Stopwatch.GetTimestamp() - start;
                runs++;
                if (runs < repeat && stop == RunStop.None && IsCancelled(request, options))
                    stop = RunStop.Cancellation;
            }
        }
        finally
        {
            request?.End();
        }

        var mean = TimeSpan.FromTicks((long)Math.Round(ticks * (double)TimeSpan.TicksPerSecond / Stopwatch.Frequency / runs));
        return new RunResult((uint)result, mean, buffer.Packet, buffer.Metadata, stop, (long)(block->Rounds - before));
    }

    /// <summary>Runs the program on a packet in a buffer of the caller's, no further than allowed.</summary>
    /// <param name="buffer">Takes the packet; read <see cref="PacketBuffer.Packet"/> afterwards.</param>
    /// <param name="packet">An Ethernet frame.</param>
    /// <param name="options">How far it may go.</param>
    /// <returns>Verdict of a run that came to its own end.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: before the run, or it stopped the run.</exception>
    /// <exception cref="BpfException">As for <see cref="Run(ReadOnlySpan{byte})"/>; or the run was stopped at its limit of rounds.</exception>
    public uint Run(PacketBuffer buffer, ReadOnlySpan<byte> packet, RunOptions options)
    {
        uint verdict = Run(buffer, packet, options, out RunStop stop);
        return stop == RunStop.None ? verdict : throw Stopped(stop, options.CancellationToken);
    }

    /// <summary>Runs the program on a packet in a buffer of the caller's, no further than allowed, and tells what stopped it.</summary>
    /// <param name="buffer">Takes the packet; read <see cref="PacketBuffer.Packet"/> afterwards.</param>
    /// <param name="packet">An Ethernet frame.</param>
    /// <param name="options">How far it may go.</param>
    /// <param name="stop">What stopped the run, if anything did.</param>
    /// <returns>Verdict; of a run that was stopped, that of a program which did less than it wanted to.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already: nothing ran.</exception>
    /// <exception cref="BpfException">As for <see cref="Run(ReadOnlySpan{byte})"/>.</exception>
    public uint Run(PacketBuffer buffer, ReadOnlySpan<byte> packet, RunOptions options, out RunStop stop)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        options.CancellationToken.ThrowIfCancellationRequested();
        ThreadBlock* block = ThreadBlocks.Current;
        BufferLease.Hold hold = buffer.Enter(block);
        try
        {
            nint context = LoadPacket(buffer, packet);
            return (uint)Execute(block, context, buffer.Memory, options, out stop);
        }
        finally
        {
            hold.Leave();
            GC.KeepAlive(buffer);
        }
    }

    /// <summary>Runs the program on a host's own structure, no further than allowed.</summary>
    /// <typeparam name="T">The structure that r1 points at.</typeparam>
    /// <param name="context">The structure, exactly as large as the one that the program was verified for.</param>
    /// <param name="options">How far it may go.</param>
    /// <returns>r0 of a run that came to its own end.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: before the run, or it stopped the run.</exception>
    /// <exception cref="BpfException">As for <see cref="Run{T}(PlainContext{T})"/>; or the run was stopped at its limit of rounds.</exception>
    public ulong Run<T>(PlainContext<T> context, RunOptions options)
        where T : unmanaged
    {
        ulong result = Run(context, options, out RunStop stop);
        return stop == RunStop.None ? result : throw Stopped(stop, options.CancellationToken);
    }

    /// <summary>Runs the program on a host's own structure, no further than allowed, and tells what stopped it.</summary>
    /// <typeparam name="T">The structure that r1 points at.</typeparam>
    /// <param name="context">The structure, exactly as large as the one that the program was verified for.</param>
    /// <param name="options">How far it may go.</param>
    /// <param name="stop">What stopped the run, if anything did.</param>
    /// <returns>r0; of a run that was stopped, that of a program which did less than it wanted to.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already: nothing ran.</exception>
    /// <exception cref="BpfException">As for <see cref="Run{T}(PlainContext{T})"/>.</exception>
    public ulong Run<T>(PlainContext<T> context, RunOptions options, out RunStop stop)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(context);
        options.CancellationToken.ThrowIfCancellationRequested();
        if (sizeof(T) != _plainSize)
            CheckPlain<T>();
        ThreadBlock* block = ThreadBlocks.Current;
        BufferLease.Hold hold = context.Enter(block);
        try
        {
            return Execute(block, context.Address, context.Memory, options, out stop);
        }
        finally
        {
            hold.Leave();
            GC.KeepAlive(context);
        }
    }

    /// <summary>Runs the program on each packet in turn, none of the runs further than allowed.</summary>
    /// <param name="packets">Ethernet frames.</param>
    /// <param name="verdicts">Receives a verdict for each.</param>
    /// <param name="options">How far each run may go; a cancellation ends all of them.</param>
    /// <exception cref="ArgumentException">There is less room than packets.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; verdicts of runs that had come to their end are written.</exception>
    /// <exception cref="BpfException">As for <see cref="Run(PacketBuffer, ReadOnlySpan{byte}, RunOptions)"/>; verdicts before the failing packet are written.</exception>
    public void RunBatch(ReadOnlySpan<ReadOnlyMemory<byte>> packets, Span<uint> verdicts, RunOptions options)
    {
        RunBatch(packets, verdicts, options, out RunStop stop);
        if (stop != RunStop.None)
            throw Stopped(stop, options.CancellationToken);
    }

    /// <summary>Runs the program on each packet in turn until one of the runs is stopped, and tells by what.</summary>
    /// <param name="packets">Ethernet frames.</param>
    /// <param name="verdicts">Receives a verdict for each run that came to its own end.</param>
    /// <param name="options">How far each run may go; a cancellation ends all of them.</param>
    /// <param name="stop">What stopped the run on the next packet, or kept it from beginning, if anything did.</param>
    /// <returns>Packets whose run came to its own end.</returns>
    /// <exception cref="ArgumentException">There is less room than packets.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled already: nothing ran.</exception>
    /// <exception cref="BpfException">As for <see cref="Run(ReadOnlySpan{byte})"/>; verdicts before the failing packet are written.</exception>
    public int RunBatch(ReadOnlySpan<ReadOnlyMemory<byte>> packets, Span<uint> verdicts, RunOptions options, out RunStop stop)
    {
        CheckRoom(packets.Length, verdicts.Length);
        options.CancellationToken.ThrowIfCancellationRequested();
        ThreadBlock* block = ThreadBlocks.Current;
        PacketBuffer buffer = BufferForThread(block);
        StopRequest? request = ListenForAll(block, ref options);
        stop = RunStop.None;
        int done = 0;
        try
        {
            while (done < packets.Length)
            {
                nint context = LoadPacket(buffer, packets[done].Span);
                uint verdict = (uint)Execute(block, context, buffer.Memory, options, request, out stop);
                if (stop != RunStop.None)
                    break;
                verdicts[done++] = verdict;
                if (done < packets.Length && IsCancelled(request, options))
                {
                    stop = RunStop.Cancellation;
                    break;
                }
            }
        }
        finally
        {
            request?.End();
        }

        return done;
    }

    // One listener for all runs of a call, so that each costs no more than without a token. Within another run each has to have its own:
    // between them it is the other one's limit that stands in the block.
    static StopRequest? ListenForAll(ThreadBlock* block, ref RunOptions options)
    {
        if (block->Depth != 0 || StopRequest.Begin(block, options.CancellationToken) is not { } request)
            return null;
        options = options with { CancellationToken = default };
        return request;
    }

    static bool IsCancelled(StopRequest? request, in RunOptions options) =>
        request is not null ? request.IsMade : options.CancellationToken.IsCancellationRequested;

    ulong Execute(ThreadBlock* block, nint context, RunMemory* memory, in RunOptions options, StopRequest? request, out RunStop stop) =>
        request is null ? Execute(block, context, memory, options, out stop) : ExecuteScoped(block, context, memory, options, out stop);

    ulong Execute(ThreadBlock* block, nint context, RunMemory* memory, in RunOptions options, out RunStop stop) =>
        options == default ? Execute(block, context, memory, out stop) : ExecuteScoped(block, context, memory, options, out stop);

    static void CheckRoom(int packets, int verdicts)
    {
        if (verdicts < packets)
            throw new ArgumentException($"{packets} packets, room for {verdicts} verdicts", nameof(verdicts));
    }

    // For callers that get nothing but a number, which would be believed.
    Exception Stopped(RunStop stop, CancellationToken token) => stop == RunStop.Cancellation
        ? new OperationCanceledException($"the run of '{Name}' was cancelled", token)
        : new BpfOperationException(RuntimeDiagnostics.RunStopped.At(
            new DiagnosticPlace { Program = Name, Section = Spec.SectionName },
            "the run made as many rounds as it may and was stopped, so its result is not that of the whole program",
            "raise RunOptions.Rounds or BpfRuntimeOptions.Rounds, or ask for the result of a stopped run: Run(..., out RunStop stop)"));

    static bool IsStop(Exception? cause) =>
        cause is OperationCanceledException || (cause is BpfOperationException refused && refused.Diagnostic.Id == RuntimeDiagnostics.RunStopped.Id);
}
