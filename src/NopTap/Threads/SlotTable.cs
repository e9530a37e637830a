// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>
/// Leases the 16-byte slots that every thread block has at the same offset: hits and misses of a link, or the "is running" flag of an
/// observer. A leased slot is zero in all blocks.
/// </summary>
/// <remarks>
/// Each thread writes its own copy with plain instructions; a reader sums the copies, so a sum taken beside running programs may miss
/// the hits of the last moments, never more. Give a slot back only when no program that uses it can be running (<see cref="Epochs"/>).
/// </remarks>
internal static unsafe class SlotTable
{
    static readonly Lock s_lock = new();
    static readonly Stack<int> s_free = new();
    static int s_next;
    static int s_leased;

    /// <summary>Slots leased now.</summary>
    internal static int Leased => Volatile.Read(ref s_leased);

    /// <summary>Leases a slot.</summary>
    /// <exception cref="BpfOperationException">All are leased.</exception>
    internal static int Lease()
    {
        lock (s_lock)
        {
            if (!s_free.TryPop(out int slot))
            {
                if (s_next == ThreadBlock.SlotCount)
                {
                    throw new BpfOperationException(RuntimeDiagnostics.SlotsExhausted.At(
                        default,
                        $"all {ThreadBlock.SlotCount} counter slots are leased by links and observers",
                        "dispose links that are no longer needed"));
                }

                slot = s_next++;
            }

            s_leased++;
            LiveResources.Add(LiveResource.Slot, slot);
            return slot;
        }
    }

    /// <summary>Takes a slot back and zeroes it in all blocks.</summary>
    internal static void Release(int slot)
    {
        lock (s_lock)
        {
            int blocks = ThreadBlocks.Count;
            for (int i = 0; i < blocks; i++)
            {
                // Read first: writing would back a page that this thread may never have touched.
                ulong* words = Words(ThreadBlocks.At(i), slot);
                if (words[0] != 0)
                    words[0] = 0;
                if (words[1] != 0)
                    words[1] = 0;
            }

            LiveResources.Remove(LiveResource.Slot, slot);
            s_free.Push(slot);
            s_leased--;
        }
    }

    /// <summary>A free slot that is not zero in a block: somebody counts in what was released. Null when there is none.</summary>
    internal static int? FirstDirty(ThreadBlock* block)
    {
        lock (s_lock)
        {
            foreach (int slot in s_free)
            {
                if ((Words(block, slot)[0] | Words(block, slot)[1]) != 0)
                    return slot;
            }

            return null;
        }
    }

    /// <summary>Sum of one of the two words of a slot over all threads.</summary>
    /// <param name="slot">A leased slot.</param>
    /// <param name="word">0 or 1.</param>
    internal static ulong Sum(int slot, int word)
    {
        ulong sum = 0;
        int blocks = ThreadBlocks.Count;
        for (int i = 0; i < blocks; i++)
            sum += Volatile.Read(ref Words(ThreadBlocks.At(i), slot)[word]);
        return sum;
    }

    /// <summary>The two words of a slot in one thread's block.</summary>
    internal static ulong* Words(ThreadBlock* block, int slot) => (ulong*)((byte*)block + Offset(slot));

    /// <summary>Byte offset of a slot in every block, for machine code.</summary>
    internal static int Offset(int slot) => ThreadBlock.SlotsOffset + (slot * ThreadBlock.SlotSize);
}
