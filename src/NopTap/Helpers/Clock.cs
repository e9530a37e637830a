// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
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

    /// <summary>Address of the function behind <see cref="Monotonic"/>, for machine code; 0 when the C library does not give it away.</summary>
    internal static nint Function { get; } =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), nameof(Libc.clock_gettime), out nint function) ? function : 0;

    static ulong Read(int clock)
    {
        long* time = stackalloc long[2];
        _ = Libc.clock_gettime(clock, time);
        return ((ulong)time[0] * 1_000_000_000) + (ulong)time[1];
    }
}
