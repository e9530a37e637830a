// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Soundness;

/// <summary>All states that an exploration was in, by place: the instruction and the calls that are going on.</summary>
/// <param name="live">Registers that are live before each slot: what is known of others was not compared where paths met.</param>
/// <param name="limit">States beyond which it gives up.</param>
/// <param name="slots">Which slots are wanted, where all would be too many.</param>
/// <param name="distortion">Changes states before they are collected; null for none.</param>
sealed class ExploredStates(RegisterSet[] live, int limit, SlotChoice slots, SoundnessCheck.Distortion? distortion) : ExplorationTrace
{
    readonly Dictionary<(int Slot, ulong Calls), List<Snapshot>> _states = [];
    readonly Dictionary<(int Slot, ulong Calls), HashSet<Snapshot>> _known = [];

    public int Count { get; private set; }

    /// <summary>Whether there were more than could be kept.</summary>
    public bool IsCut => Count >= limit;

    /// <summary>Whether states of a slot are collected.</summary>
    public bool Has(int slot) => slots.Contains(slot);

    public List<Snapshot>? At(int slot, ulong calls) => _states.GetValueOrDefault((slot, calls));

    public override void Steps(int slot, PathState path)
    {
        if (IsCut || !Has(slot))
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
