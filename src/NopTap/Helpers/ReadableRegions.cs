// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;
using NopTap.Maps;

namespace NopTap.Helpers;

/// <summary>Which addresses a run may read that the verifier has not proved: values of live maps, the run's own stack, context and packet.</summary>
/// <remarks>
/// Checked against what is known instead of being tried and caught: an address that is merely mapped in this process is not the program's
/// to read. Map memory is unmapped only after every run that was going on has ended, so an answer stays true for the run.
/// </remarks>
internal static unsafe class ReadableRegions
{
    /// <summary>Whether the run of a thread may read these bytes.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="address">First byte.</param>
    /// <param name="size">Number of bytes.</param>
    /// <param name="stackPointer">An address in the caller's own frame: everything of the run's stack lies above it.</param>
    internal static bool IsReadable(ThreadBlock* thread, ulong address, ulong size, ulong stackPointer)
    {
        RunMemory* memory = thread->Memory;
        if (memory != null)
        {
            if (memory->Packet.Contains(address, size) || memory->Context.Contains(address, size) || memory->Frames.Contains(address, size))
                return true;
            if (memory->StackTop != 0 && new MemoryWindow(stackPointer, memory->StackTop).Contains(address, size))
                return true;
        }

        return MapRegions.Find(address) is { } map && map.TryFindRegion(address, size, isWrite: false);
    }

    /// <summary>Bytes before the NUL of a string that the run may read, at most <paramref name="limit"/>; -1 when it may not.</summary>
    internal static int StringLength(ThreadBlock* thread, ulong address, int limit, ulong stackPointer)
    {
        for (int length = 0; length < limit; length++)
        {
            // A whole window at once would be quicker; strings are short and this is the slow path.
            if (!IsReadable(thread, address + (ulong)length, 1, stackPointer))
                return -1;
            if (((byte*)address)[length] == 0)
                return length;
        }

        return limit;
    }
}
