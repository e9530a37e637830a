// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Numerics;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// Finds where numbers came from that decided something (an offset, a size, the way of a branch) and marks them in the checkpoints on
/// the way: only there must a later path have the same numbers to end.
/// </summary>
sealed class PrecisionTracker
{
    readonly ImmutableArray<Instruction> _code;
    readonly History _history;
    readonly PlaceSet _wanted = new();

    public PrecisionTracker(ImmutableArray<Instruction> code, History history) => (_code, _history) = (code, history);

    /// <summary>A register mattered in front of the instruction that is being executed.</summary>
    public void Mark(PathState path, int register)
    {
        if (path.Frame.R[register].Kind != RegisterKind.Scalar)
            return;
        _wanted.Clear();
        _wanted.Registers(path.Depth) = (ushort)(1 << register);
        Run(path.Parent, _history[path.History].Previous);
    }

    /// <summary>A spilled number mattered in front of the instruction that is being executed.</summary>
    public void MarkSlot(PathState path, int frame, int slot)
    {
        _wanted.Clear();
        _wanted.Slots(frame) = 1UL << slot;
        Run(path.Parent, _history[path.History].Previous);
    }

    /// <summary>All that a checkpoint needed precisely matters to a path that ends there too.</summary>
    public void Inherit(PathState path, PathState checkpoint)
    {
        _wanted.Clear();
        for (int f = 0; f <= checkpoint.Depth; f++)
        {
            FrameState frame = checkpoint.Frames[f]!;
            for (int register = 0; register < FrameState.Registers; register++)
            {
                if (frame.R[register].Precise)
                    _wanted.Registers(f) |= (ushort)(1 << register);
            }

            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (SlotKinds.HasSpill(frame.Kinds[slot]) && frame.Spill(slot).Precise)
                    _wanted.Slots(f) |= 1UL << slot;
            }
        }

        if (!_wanted.IsEmpty)
            Run(path.Parent, path.History);
    }

    void Run(Checkpoint? checkpoint, int entry)
    {
        for (; checkpoint is not null; checkpoint = checkpoint.Parent)
        {
            for (; entry != checkpoint.History; entry = _history[entry].Previous)
            {
                _wanted.StepBack(_history, entry, _code[_history[entry].Slot]);
                if (_wanted.IsEmpty)
                    return;
            }

            MarkIn(checkpoint.State);
            if (_wanted.IsEmpty)
                return;
        }
    }

    // What is marked already was carried further when it was; addresses need no mark.
    void MarkIn(PathState state)
    {
        _wanted.ClearFrom(state.Depth + 1);
        for (int f = 0; f <= state.Depth; f++)
        {
            FrameState frame = state.Frames[f]!;
            for (int left = _wanted.Registers(f); left != 0; left &= left - 1)
            {
                int register = BitOperations.TrailingZeroCount(left);
                if (!MarkOne(ref frame.R[register]))
                    _wanted.Registers(f) &= (ushort)~(1 << register);
            }

            for (ulong left = _wanted.Slots(f); left != 0; left &= left - 1)
            {
                int slot = BitOperations.TrailingZeroCount(left);
                if (slot >= frame.Used || !SlotKinds.HasSpill(frame.Kinds[slot]) || !MarkOne(ref frame.Spill(slot)))
                    _wanted.Slots(f) &= ~(1UL << slot);
            }
        }
    }

    static bool MarkOne(ref RegisterState register)
    {
        if (register.Kind != RegisterKind.Scalar || register.Precise)
            return false;
        register.Precise = true;
        return true;
    }
}
