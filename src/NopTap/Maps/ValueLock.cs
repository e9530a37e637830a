// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Maps;

/// <summary>The spin lock in a map's values (<c>struct bpf_spin_lock</c>): 0 when free, 1 when held. Programs and the host take it alike.</summary>
/// <remarks>
/// Programs are proved to give it back soon, so a waiter spins; but the holder's thread may lose its processor meanwhile, so it yields, too. Machine code
/// takes a free lock by itself.
/// </remarks>
internal static unsafe class ValueLock
{
    internal const uint Size = 4;

    /// <summary>Takes a lock, waiting for it.</summary>
    internal static void Enter(int* word)
    {
        if (Interlocked.CompareExchange(ref *word, 1, 0) == 0)
            return;
        var wait = default(LockWait);
        do
            wait.Once();
        while (Volatile.Read(ref *word) != 0 || Interlocked.CompareExchange(ref *word, 1, 0) != 0);
        wait.End();
    }

    /// <summary>Gives a lock back.</summary>
    internal static void Exit(int* word) => Volatile.Write(ref *word, 0);

    /// <summary>The lock of a value.</summary>
    internal static int* Of(MapHeader* map, byte* value) => (int*)(value + map->LockOffset);
}
