// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;

namespace NopTap.Stress;

/// <summary>What happened so far. Thread-safe.</summary>
sealed class Tally
{
    const int MostMessages = 20;

    readonly ConcurrentQueue<string> _messages = new();
    long _runs;
    long _events;
    long _flips;
    long _faults;

    internal long Runs => Volatile.Read(ref _runs);

    internal long Events => Volatile.Read(ref _events);

    internal long Flips => Volatile.Read(ref _flips);

    internal long Faults => Volatile.Read(ref _faults);

    internal IEnumerable<string> FaultMessages => _messages;

    internal void AddRuns(long count) => Interlocked.Add(ref _runs, count);

    internal void AddEvents(long count) => Interlocked.Add(ref _events, count);

    internal void AddFlip() => Interlocked.Increment(ref _flips);

    internal void Check(bool isRight, string fault)
    {
        if (!isRight)
            Fault(fault);
    }

    internal void Fault(string message)
    {
        if (Interlocked.Increment(ref _faults) <= MostMessages)
            _messages.Enqueue(message);
    }
}
