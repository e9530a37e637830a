// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>How many processor numbers threads have leased so far: the copies of per-cpu values that may hold something.</summary>
internal static class ProcessorSlots
{
    /// <summary>Most processor numbers there can be; per-cpu maps reserve address space for all of them.</summary>
    internal const int Maximum = 1024;

    static int s_count = Math.Clamp(Environment.ProcessorCount, 1, Maximum);

    /// <summary>One more than the highest number leased, at least the machine's processors; it never shrinks.</summary>
    internal static int Count => Volatile.Read(ref s_count);

    /// <summary>Says that a thread now runs as this processor. Called when a number is leased, before any program runs under it.</summary>
    internal static void Include(uint processor)
    {
        int want = checked((int)processor + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(want, Maximum);
        for (int have = Count; have < want; have = Count)
            Interlocked.CompareExchange(ref s_count, want, have);
    }
}
