// SPDX-License-Identifier: Apache-2.0

using NopTap.Native;

namespace NopTap.Helpers;

/// <summary>The machine's clocks, in nanoseconds.</summary>
internal static unsafe class Clock
{
    const int CLOCK_MONOTONIC = 1;
    const int CLOCK_BOOTTIME = 7;

    /// <summary>Since boot, without the time asleep.</summary>
    internal static ulong Monotonic => Read(CLOCK_MONOTONIC);

    /// <summary>Since boot.</summary>
    internal static ulong Boot => Read(CLOCK_BOOTTIME);

    static ulong Read(int clock)
    {
        long* time = stackalloc long[2];
        _ = Libc.clock_gettime(clock, time);
        return ((ulong)time[0] * 1_000_000_000) + (ulong)time[1];
    }
}
