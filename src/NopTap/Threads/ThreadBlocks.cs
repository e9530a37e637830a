// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Threads;

/// <summary>
/// The native blocks of the threads that run BPF: one a thread, made on its first run, handed to another thread when it has ended.
/// </summary>
/// <remarks>
/// A block's place in the registry is the processor number that its thread's programs see, so there are at most
/// <see cref="Capacity"/>. Blocks are never unmapped: a reader needs no lock, and the counts of a thread that has ended stay counted.
/// Untouched pages of a block cost nothing.
/// </remarks>
internal static unsafe class ThreadBlocks
{
    /// <summary>Most blocks: threads that have run BPF and not ended.</summary>
    internal const int Capacity = 1024;

    static readonly Lock s_lock = new();
    static readonly nint[] s_blocks = new nint[Capacity];
    static readonly Thread?[] s_owners = new Thread?[Capacity];
    static int s_count;

    [ThreadStatic]
    static ThreadBlock* t_block;

    /// <summary>Blocks mapped so far; those below are complete.</summary>
    internal static int Count => Volatile.Read(ref s_count);

    /// <summary>The calling thread's block.</summary>
    /// <exception cref="BpfOperationException">This thread has none yet and none is to be had.</exception>
    internal static ThreadBlock* Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ThreadBlock* block = t_block;
            return block != null ? block : Lease(s_lock);
        }
    }

    /// <summary>The calling thread's block, or null when it never ran BPF.</summary>
    internal static ThreadBlock* CurrentOrNull => t_block;

    /// <summary>A block of the registry.</summary>
    /// <param name="index">Less than <see cref="Count"/>.</param>
    internal static ThreadBlock* At(int index) => (ThreadBlock*)s_blocks[index];

    [MethodImpl(MethodImplOptions.NoInlining)]
    static ThreadBlock* Lease(Lock registry)
    {
        lock (registry)
        {
            int index = FindAbandoned();
            if (index < 0)
                index = Map();
            s_owners[index] = Thread.CurrentThread;
            ThreadBlock* block = At(index);
            Reset(block, (uint)index);
            t_block = block;
            return block;
        }
    }

    // A thread that has ended runs no BPF and never will, so nothing else has to tell us that its block is free.
    static int FindAbandoned()
    {
        for (int i = 0; i < s_count; i++)
        {
            if (!s_owners[i]!.IsAlive)
                return i;
        }

        return -1;
    }

    static int Map()
    {
        if (s_count == Capacity)
        {
            throw new BpfOperationException(RuntimeDiagnostics.ProcessorNumbersExhausted.At(
                default,
                $"{Capacity} living threads have run BPF, and each holds a processor number",
                "run programs on fewer threads, or let some of those end"));
        }

        s_blocks[s_count] = Reserve(MappedMemory.TryReserve);
        int index = s_count;
        Volatile.Write(ref s_count, index + 1);
        return index;
    }

    /// <summary>Address of a zeroed block that is never released: see the remarks.</summary>
    /// <param name="reserve">Maps memory, or gives null when the system refuses.</param>
    /// <exception cref="BpfOperationException">The system refuses.</exception>
    internal static nint Reserve(Func<ulong, MappedMemory?> reserve)
    {
        using MappedMemory? memory = reserve(ThreadBlock.TotalSize);
        if (memory is null)
        {
            throw new BpfOperationException(RuntimeDiagnostics.ThreadBlockRefused.At(
                default,
                $"the system refused {ThreadBlock.TotalSize} bytes of address space for a thread's block",
                "raise the process's address-space limit (ulimit -v) or run programs on fewer threads"));
        }

        return (nint)memory.Abandon();
    }

    // The slots stay: their counts belong to links, not to the thread.
    static void Reset(ThreadBlock* block, uint processor)
    {
        *block = default;
        block->Processor = processor;
        block->Random = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        block->StackFloor = ulong.MaxValue;
    }
}
