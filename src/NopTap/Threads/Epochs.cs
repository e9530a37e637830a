// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>
/// Tells when no thread can still be running code that was unpublished: entering and leaving are plain stores in the thread's own
/// block, and the one who waits pays for the fences.
/// </summary>
/// <remarks>
/// Why it is right. A run stores the epoch that it read into its block and only then fetches code. The reclaimer has unpublished
/// first, then advances the epoch, then makes every core execute a full barrier (<see cref="Interlocked.MemoryBarrierProcessWide"/>:
/// membarrier(2), or where the kernel refuses that the mprotect trick of the .NET runtime), then reads the blocks. A run whose store
/// came before the barrier is seen and waited for; one whose store came after it fetches the new code. A run that read the advanced
/// epoch did so after the unpublishing and need not be waited for.
/// </remarks>
internal static unsafe class Epochs
{
    // Most runs last less than a microsecond: a sleep of a millisecond is for those whose observer blocks.
    const int SpinsBeforeSleep = 500;

    static readonly Lock s_lock = new();

    // Held while things are freed, so that whoever synchronised finds all freed that was ripe. Never asked for with another lock held.
    static readonly Lock s_freeing = new();
    static readonly Queue<(ulong Ticket, Action Free)> s_retired = new();
    static ulong s_ticket;
    static ulong s_epoch = 1;
    static bool s_draining;

    /// <summary>Whether the calling thread is inside a run.</summary>
    internal static bool IsInside
    {
        get
        {
            ThreadBlock* block = ThreadBlocks.CurrentOrNull;
            return block != null && block->Depth != 0;
        }
    }

    /// <summary>Retired things that were not freed yet.</summary>
    internal static int Pending
    {
        get
        {
            lock (s_lock)
                return s_retired.Count;
        }
    }

    /// <summary>Marks the thread of a block as running BPF. Nests.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Enter(ThreadBlock* block)
    {
        if (block->Depth++ == 0)
            Volatile.Write(ref block->Epoch, Volatile.Read(ref s_epoch));
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Leave(ThreadBlock* block)
    {
        if (--block->Depth == 0)
            Volatile.Write(ref block->Epoch, 0);
    }

    /// <summary>As <see cref="Enter"/> for a thread that is outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void EnterOutermost(ThreadBlock* block)
    {
        block->Depth = 1;
        Volatile.Write(ref block->Epoch, Volatile.Read(ref s_epoch));
    }

    /// <summary>Ends what <see cref="EnterOutermost"/> began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LeaveOutermost(ThreadBlock* block)
    {
        block->Depth = 0;
        Volatile.Write(ref block->Epoch, 0);
    }

    /// <summary>
    /// Waits until every run that was going on has ended, then frees what was retired before. Inside a run that would be a wait for
    /// itself: then it returns false at once.
    /// </summary>
    internal static bool Synchronize()
    {
        if (IsInside)
            return false;
        ulong newest;
        lock (s_lock)
            newest = s_ticket;
        WaitForRuns();
        lock (s_freeing)
            FreeUpTo(newest);
        return true;
    }

    /// <summary>
    /// Runs <paramref name="free"/> once no run that is going on now can still use what it frees: before returning, or, when called
    /// from inside a run, soon after that run on another thread.
    /// </summary>
    /// <remarks>Unpublish first. Call without holding any lock that a run might wait for.</remarks>
    internal static void Retire(Action free)
    {
        lock (s_lock)
            s_retired.Enqueue((++s_ticket, free));
        if (!Synchronize())
            DrainInBackground();
    }

    /// <summary>As <see cref="Retire"/>, but never waits: another thread will.</summary>
    internal static void RetireLater(Action free)
    {
        lock (s_lock)
            s_retired.Enqueue((++s_ticket, free));
        DrainInBackground();
    }

    static void WaitForRuns()
    {
        ulong target = Interlocked.Increment(ref s_epoch);
        Interlocked.MemoryBarrierProcessWide();
        int blocks = ThreadBlocks.Count;
        for (int i = 0; i < blocks; i++)
        {
            ThreadBlock* block = ThreadBlocks.At(i);
            var wait = default(LockWait);
            while (Volatile.Read(ref block->Epoch) - 1 < target - 1) // neither outside (0) nor entered later
                wait.Once(SpinsBeforeSleep);
            wait.End();
        }
    }

    // Only what was queued before the wait began is ripe.
    static void FreeUpTo(ulong newest)
    {
        while (true)
        {
            Action free;
            lock (s_lock)
            {
                if (!s_retired.TryPeek(out (ulong Ticket, Action Free) next) || next.Ticket > newest)
                    return;
                free = s_retired.Dequeue().Free;
            }

            free();
        }
    }

    static void DrainInBackground()
    {
        lock (s_lock)
        {
            if (s_draining)
                return;
            s_draining = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static _ =>
            {
                do
                {
                    lock (s_lock)
                    {
                        if (s_retired.Count == 0)
                        {
                            s_draining = false;
                            return;
                        }
                    }
                }
                while (Synchronize());
            },
            null);
    }
}
