// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>The token of one run on its way to the run's thread: a cancellation takes the run's last round.</summary>
/// <remarks>
/// A cancellation cannot hit a later run: <see cref="End"/> comes before the run's limit is taken down, and returns when the token's
/// callback is not running. It cannot be lost either: whoever sets the limit of a nested run, or the outer one's again, looks at the
/// requests after the store (<see cref="SetLimit"/>), and who makes a request makes it before its own store. So one of the two sees the other.
/// </remarks>
internal sealed unsafe class StopRequest
{
    [ThreadStatic]
    static StopRequest? t_newest;

    readonly ThreadBlock* _thread;
    readonly StopRequest? _outer;
    CancellationTokenRegistration _registration;
    int _isMade;

    StopRequest(ThreadBlock* thread, StopRequest? outer)
    {
        _thread = thread;
        _outer = outer;
    }

    /// <summary>Whether the token of a run that this thread is in was cancelled.</summary>
    internal static bool IsAnyMade
    {
        get
        {
            for (StopRequest? request = t_newest; request is not null; request = request._outer)
            {
                if (Volatile.Read(ref request._isMade) != 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Listens to the token of a run whose limit is set; null when it can never be cancelled.</summary>
    internal static StopRequest? Begin(ThreadBlock* thread, CancellationToken token)
    {
        if (!token.CanBeCanceled)
            return null;
        var request = new StopRequest(thread, t_newest);
        t_newest = request;
        request._registration = token.UnsafeRegister(static request => ((StopRequest)request!).Make(), request);
        return request;
    }

    /// <summary>Whether its token was cancelled.</summary>
    internal bool IsMade => Volatile.Read(ref _isMade) != 0;

    /// <summary>Listens no longer. Call in the reverse order of <see cref="Begin"/>.</summary>
    internal void End()
    {
        _registration.Dispose();
        t_newest = _outer;
    }

    /// <summary>Sets the limit of the calling thread's run, which is none when the run was stopped.</summary>
    internal static void SetLimit(ThreadBlock* thread, ulong limit)
    {
        Volatile.Write(ref thread->RoundLimit, limit);
        if (t_newest is null)
            return;
        Interlocked.MemoryBarrier();
        if (IsAnyMade)
            Volatile.Write(ref thread->RoundLimit, 0);
    }

    void Make()
    {
        Interlocked.Exchange(ref _isMade, 1);
        Volatile.Write(ref _thread->RoundLimit, 0);
    }
}
