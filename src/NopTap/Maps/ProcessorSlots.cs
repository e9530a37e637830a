// SPDX-License-Identifier: Apache-2.0

using NopTap.Threads;

namespace NopTap.Maps;

/// <summary>How many processor numbers threads have leased so far: the copies of per-cpu values that may hold something.</summary>
internal static class ProcessorSlots
{
    /// <summary>Most processor numbers there can be; per-cpu maps reserve address space for all of them.</summary>
    internal const int Maximum = ThreadBlocks.Capacity;

    static readonly int s_machine = Math.Clamp(Environment.ProcessorCount, 1, Maximum);

    /// <summary>One more than the highest number leased, at least the machine's processors; it never shrinks.</summary>
    internal static int Count => Math.Max(ThreadBlocks.Count, s_machine);
}
