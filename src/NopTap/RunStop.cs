// SPDX-License-Identifier: Apache-2.0

namespace NopTap;

/// <summary>What stopped a run before its own end.</summary>
/// <remarks>
/// A stopped run was not broken off: it took ways out that its proof allows (fewer rounds of bpf_loop, an iterator that is drained, a tail
/// call that falls through), gave everything back and returned. So its result is one that the program may give, but of less work than it wanted to do.
/// </remarks>
public enum RunStop
{
    /// <summary>Nothing: it came to its own end.</summary>
    None,

    /// <summary>It had made as many rounds as it may (<see cref="RunOptions.Rounds"/>), or those of the run that it is nested in were made.</summary>
    Rounds,

    /// <summary>Its token was cancelled, or that of the run that it is nested in.</summary>
    Cancellation,
}
