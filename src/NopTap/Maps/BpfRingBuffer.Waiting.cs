// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace NopTap.Maps;

// Waiting for records without a thread that spins or sleeps.
public sealed partial class BpfRingBuffer
{
    TaskCompletionSource? _waiter;

    /// <summary>Waits until there is a record to read; costs nothing while it waits.</summary>
    /// <remarks>A producer that asked for no wake-up (BPF_RB_NO_WAKEUP) does not end the wait.</remarks>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The map is or was disposed.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        while (!HasRecord())
        {
            cancellationToken.ThrowIfCancellationRequested();
            TaskCompletionSource waiter = Announce();
            // Looked at again after the announcement: a record committed in between found no waiter.
            if (HasRecord())
                return;
            await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies the next record, waiting for it if need be.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The map is or was disposed.</exception>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (TryRead() is { } record)
                return record;
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>All records from now on, until cancelled or disposed.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<byte[]> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
            yield return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a wait, if somebody waits. Called on the producer's thread.</summary>
    internal void Wake()
    {
        if (Volatile.Read(ref _waiter) is not null)
            Interlocked.Exchange(ref _waiter, null)?.TrySetResult();
    }

    TaskCompletionSource Announce()
    {
        if (Volatile.Read(ref _waiter) is { } already)
            return already;
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _waiter, mine, null) ?? mine;
    }
}
