// SPDX-License-Identifier: Apache-2.0

using NopTap.Interpreter;

namespace NopTap.Loading;

/// <summary>Memories of interpreted runs, kept for the next run; as many as there ever were runs at once.</summary>
internal static class GuestMemories
{
    static readonly Lock s_lock = new();
    static readonly Stack<GuestMemory> s_idle = new();

    /// <summary>Memories that wait for a run.</summary>
    internal static int Idle
    {
        get
        {
            lock (s_lock)
                return s_idle.Count;
        }
    }

    internal static GuestMemory Take()
    {
        lock (s_lock)
            return s_idle.TryPop(out GuestMemory? memory) ? memory : new GuestMemory();
    }

    internal static void Give(GuestMemory memory)
    {
        memory.Clear();
        lock (s_lock)
            s_idle.Push(memory);
    }
}
