// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>Counts the rounds of a run and says when it has none left; then it takes the ways out that its proof allows.</summary>
/// <remarks>
/// What is a round and where a run may end early is the same for compiled code, which has this as machine code: a round of bpf_loop, an
/// element of bpf_for_each_map_elem, a round of a loop that is counted (<see cref="Verifier.InstructionFacts.CountsRound"/>), a call of a
/// function that may not start (<see cref="Verifier.FunctionFacts.MayNotStart"/>). Iterators, may_goto and tail calls test only.
/// </remarks>
internal interface IRunRounds
{
    /// <summary>Whether a round is left. Where none is, it is noted that the run was cut short.</summary>
    /// <param name="threadBlock">The thread block of the run.</param>
    bool HasLeft(nint threadBlock);

    /// <summary>Counts rounds that are about to be made.</summary>
    /// <param name="threadBlock">The thread block of the run.</param>
    /// <param name="wanted">How many; not 0.</param>
    /// <returns>How many may be made; where it is 0, it is noted that the run was cut short.</returns>
    ulong Take(nint threadBlock, ulong wanted);

    /// <summary>Counts rounds, or takes some back that were counted and not made; ends nothing.</summary>
    /// <param name="threadBlock">The thread block of the run.</param>
    /// <param name="rounds">How many; negative to take back.</param>
    void Count(nint threadBlock, long rounds);

    /// <summary>Rounds that were counted so far, of this run and others of its thread.</summary>
    /// <param name="threadBlock">The thread block of the run.</param>
    ulong Made(nint threadBlock);
}
