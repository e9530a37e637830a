// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Soundness;

/// <summary>All states that an exploration was in, by place: the instruction and the calls that are going on.</summary>
/// <param name="live">Registers that are live before each slot: what is known of others was not compared where paths met.</param>
/// <param name="limit">Registers and stack slots beyond which it gives up.</param>
/// <param name="slots">Which slots are wanted, where all would be too many.</param>
/// <param name="distortion">Changes states before they are collected; null for none.</param>
sealed class ExploredStates(RegisterSet[] live, int limit, SlotChoice slots, SoundnessCheck.Distortion? distortion) : ExplorationTrace
{
    const int MostSteps = 100_000;

    readonly Dictionary<(int Slot, ulong Calls), List<Snapshot>> _states = [];
    readonly Dictionary<(int Slot, ulong Calls), HashSet<Snapshot>> _known = [];

    public int Count { get; private set; }

    // The exploration is left by this when it takes too long: it asks nobody whether to go on.
    sealed class TooLong : Exception;

    int _steps;
    int _weight;

    /// <summary>Explores a program and collects its states.</summary>
    /// <returns>False when there are too many, or the program is refused.</returns>
    public bool TryCollect(VerificationRequest request)
    {
        try
        {
            return ProgramVerifier.Verify(request, this, exact: true).IsAccepted;
        }
        catch (TooLong)
        {
            return false;
        }
    }

    /// <summary>Whether states of a slot are collected.</summary>
    public bool Has(int slot) => slots.Contains(slot);

    public List<Snapshot>? At(int slot, ulong calls) => _states.GetValueOrDefault((slot, calls));

    public override void Steps(int slot, PathState path)
    {
        if (++_steps > MostSteps || _weight >= limit)
            throw new TooLong();
        if (!Has(slot))
            return;
        ulong calls = Calls.Begin(path.Frames[0]!.Function);
        for (int f = 1; f <= path.Depth; f++)
            calls = Calls.Enter(calls, path.Frames[f]!.CallSite, path.Frames[f]!.IsCallback);
        if (!_states.TryGetValue((slot, calls), out List<Snapshot>? list))
        {
            _states[(slot, calls)] = list = [];
            _known[(slot, calls)] = [];
        }

        var snapshot = Snapshot.Of(path, live);
        distortion?.Invoke(slot, snapshot);
        if (!_known[(slot, calls)].Add(snapshot))
            return;
        list.Add(snapshot);
        Count++;
        foreach (FrameSnapshot frame in snapshot.Frames)
            _weight += 10 + frame.Spills.Length;
    }
}

/// <summary>Every so many slots, from a phase on.</summary>
readonly record struct SlotChoice(int Stride, int Phase)
{
    public bool Contains(int slot) => slot % Stride == Phase;
}

/// <summary>The chain of calls as a number.</summary>
static class Calls
{
    public static ulong Begin(int function) => Mix(0x9e37_79b9_7f4a_7c15, (ulong)function);

    public static ulong Enter(ulong calls, int site, bool isCallback) => Mix(calls, ((ulong)site << 1) | (isCallback ? 1UL : 0));

    static ulong Mix(ulong seed, ulong value)
    {
        ulong mixed = (seed ^ value) * 0xff51_afd7_ed55_8ccd;
        return mixed ^ (mixed >> 29) ^ (seed << 7);
    }
}
