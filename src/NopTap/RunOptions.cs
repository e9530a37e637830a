// SPDX-License-Identifier: Apache-2.0

namespace NopTap;

/// <summary>How far a run may go. The default is the runtime's limit (<see cref="BpfRuntimeOptions.Rounds"/>) and no token.</summary>
/// <remarks>
/// Rounds are what a program does again and again: a round of <c>bpf_loop</c>, an element of <c>bpf_for_each_map_elem</c>, a call of a global
/// function (but of small ones that neither loop nor call), a hit of an observer that is a BPF program, and a round of each loop whose number of rounds verification does not bound (in
/// global functions, callbacks, observers and what they call, and around iterators and <c>may_goto</c>). They are counted alike by both
/// engines, so the same input is stopped at the same place. Between two rounds a run does what a few million instructions may do at most.
/// </remarks>
public readonly record struct RunOptions
{
    /// <summary>Rounds that the run may make, what is nested in it and what observes it included; null for the runtime's limit. 0 allows none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long? Rounds
    {
        get;
        init
        {
            if (value is long rounds)
                ArgumentOutOfRangeException.ThrowIfNegative(rounds, nameof(Rounds));
            field = value;
        }
    }

    /// <summary>
    /// Stops the run when it is cancelled, from any thread or from inside the run. A run whose token is cancelled before it begins does not
    /// begin.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }
}
