// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>Rounds of the run that a thread is in, for managed code; compiled code has the same on its own. See <see cref="ThreadBlock.RoundLimit"/>.</summary>
internal static unsafe class RunRounds
{
    /// <summary>As many rounds as a run can ask for.</summary>
    internal const ulong Unlimited = long.MaxValue;

    /// <summary>Whether the run has a round left; if not, it is noted that it was cut short.</summary>
    internal static bool HasLeft(ThreadBlock* thread)
    {
        if (thread->Rounds < Volatile.Read(ref thread->RoundLimit))
            return true;
        thread->Cut = 1;
        return false;
    }

    /// <summary>Counts rounds that are about to be made: as many as wanted, or as are left. Of none it is noted that the run was cut short.</summary>
    internal static ulong Take(ThreadBlock* thread, ulong wanted)
    {
        ulong limit = Volatile.Read(ref thread->RoundLimit);
        if (limit <= thread->Rounds)
        {
            thread->Cut = 1;
            return 0;
        }

        ulong taken = Math.Min(wanted, limit - thread->Rounds);
        thread->Rounds += taken;
        return taken;
    }

    /// <summary>The limit of a run that begins now. Rounds only grow, and not to 2^63 within anybody's life.</summary>
    internal static ulong LimitFrom(ThreadBlock* thread, ulong rounds) => thread->Rounds + rounds;
}
