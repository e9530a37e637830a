// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Threads;

/// <summary>A wait for a lock word, or for other threads' runs, that does not throw: an interrupt of the thread is kept for its next wait of another kind.</summary>
/// <remarks>
/// Lock words have no owner that an exception would release them for: one that came out of a wait would leave the lock outside of it taken
/// for ever, or let machine code go on without the lock that it asked for. A wait has no bound and needs none: programs are proved to give
/// a lock back, and C# holds one only while it copies a value or changes a chain.
/// </remarks>
internal struct LockWait
{
    // As SpinWait has it.
    const int SpinsBeforeSleep = 20;

    SpinWait _spin;
    bool _wasInterrupted;

    /// <summary>Waits a moment.</summary>
    /// <param name="spinsBeforeSleep">Moments after which they become milliseconds; -1 for never.</param>
    internal void Once(int spinsBeforeSleep = SpinsBeforeSleep)
    {
        try
        {
            _spin.SpinOnce(spinsBeforeSleep);
        }
        catch (ThreadInterruptedException)
        {
            _wasInterrupted = true;
        }
    }

    /// <summary>The wait is over.</summary>
    internal readonly void End()
    {
        if (_wasInterrupted)
            Thread.CurrentThread.Interrupt();
    }
}
