// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    // A checkpoint costs memory and later comparisons: one every few jumps is enough, where nothing forces it.
    const int JumpsBetweenCheckpoints = 2;
    const int StepsBetweenCheckpoints = 8;

    // Rounds of a loop differ from one another mostly: fewer checkpoints are worth their while.
    const int JumpsInLoop = 20;
    const int StepsInLoop = 100;

    enum Visit
    {
        Continues,
        Covered,
        Refused,
    }

    /// <summary>Compares the path with the checkpoints of its slot, and leaves one of its own where that pays.</summary>
    Visit Arrive(int slot)
    {
        bool converging = (_roles[slot] & SlotRole.Converging) != 0;
        bool looping = false;
        List<Checkpoint> stored = _checkpoints[slot] ??= [];
        for (int i = stored.Count - 1; i >= 0; i--)
        {
            Checkpoint checkpoint = stored[i];
            if (checkpoint.Branches > 0)
            {
                Visit loop = ArriveInLoop(checkpoint, converging);
                if (loop != Visit.Continues)
                    return loop;
                looping = true;
                if (++checkpoint.Misses > (converging ? 64 : 8))
                    stored.RemoveAt(i);
                continue;
            }

            if (_comparer.Covers(checkpoint, _path, checkpoint.IsExact || _exact ? Comparison.Within : Comparison.Relevant))
            {
                checkpoint.Hits++;
                InheritFrom(checkpoint);
                _trace?.IsCovered(_path, checkpoint);
                return Visit.Covered;
            }

            if (++checkpoint.Misses > (checkpoint.Hits * 3) + 8)
                stored.RemoveAt(i);
        }

        bool pays = looping
            ? _path.JumpsSinceCheckpoint >= JumpsInLoop || _path.StepsSinceCheckpoint >= StepsInLoop
            : _path.JumpsSinceCheckpoint >= JumpsBetweenCheckpoints && _path.StepsSinceCheckpoint >= StepsBetweenCheckpoints;
        if (pays || (_roles[slot] & SlotRole.Forced) != 0)
            Store(stored);
        return Visit.Continues;
    }

    // The checkpoint's own paths are still under way: this is a loop.
    Visit ArriveInLoop(Checkpoint checkpoint, bool converging)
    {
        if (converging)
        {
            bool progressed = checkpoint.State.CountedRounds != _path.CountedRounds || checkpoint.State.CallbackDepth != _path.CallbackDepth;
            if (progressed && _comparer.Covers(checkpoint, _path, Comparison.Within))
            {
                NoteUnwritten();
                CloseLoop(checkpoint);
                _trace?.IsCovered(_path, checkpoint);
                return Visit.Covered;
            }

            return Visit.Continues;
        }

        if (checkpoint.State.CountedRounds != _path.CountedRounds || checkpoint.State.CallbackDepth != _path.CallbackDepth)
            return Visit.Continues;
        if (!IsAncestor(checkpoint) || !_comparer.Covers(checkpoint, _path, Comparison.Same))
            return Visit.Continues;
        Refuse(
            VerifierDiagnostics.InfiniteLoop, $"the loop comes back to {PlaceOf(_path.Slot)} with nothing changed: it would run for ever",
            "let every round change something that the loop's condition reads");
        return Visit.Refused;
    }

    bool IsAncestor(Checkpoint checkpoint)
    {
        for (Checkpoint? at = _path.Parent; at is not null; at = at.Parent)
        {
            if (ReferenceEquals(at, checkpoint))
                return true;
        }

        return false;
    }

    // What the rest of the loop will need is not known yet, so nothing on the way to here may be compared loosely any more.
    void CloseLoop(Checkpoint loop)
    {
        for (Checkpoint? at = _path.Parent; at is not null && !at.IsExact; at = at.Parent)
            at.IsExact = true;
        for (Checkpoint? at = loop; at is not null && !at.IsExact; at = at.Parent)
            at.IsExact = true;
        for (int frame = 0; frame <= _path.Depth; frame++)
            MarkRead(frame, ulong.MaxValue);
    }

    // What was written on the checkpoint's way was not on this one, and may be read behind it.
    void NoteUnwritten()
    {
        for (int frames = _comparer.UnwrittenFrames; frames != 0; frames &= frames - 1)
            _facts.ReadsUnwritten[_path.Frames[int.TrailingZeroCount(frames)]!.Function] = true;
    }

    void InheritFrom(Checkpoint checkpoint)
    {
        NoteUnwritten();
        for (int frame = 0; frame <= _path.Depth; frame++)
            MarkRead(frame, checkpoint.IsExact ? ulong.MaxValue : checkpoint.Read[frame]);
        if (checkpoint.IsExact)
        {
            for (Checkpoint? at = _path.Parent; at is not null && !at.IsExact; at = at.Parent)
                at.IsExact = true;
        }

        _precision.Inherit(_path, checkpoint.State);
    }

    /// <summary>Notes that stack slots of a frame matter to this path, up to where they were written.</summary>
    void MarkRead(int frame, ulong slots)
    {
        slots &= ~_path.Frames[frame]!.Written;
        for (Checkpoint? at = _path.Parent; at is not null && slots != 0 && frame <= at.State.Depth; at = at.Parent)
        {
            slots &= ~at.Read[frame];
            at.Read[frame] |= slots;
            slots &= ~at.State.Frames[frame]!.Written;
        }
    }

    void Store(List<Checkpoint>? stored)
    {
        var state = new PathState();
        state.CopyFrom(_path);
        _keptBytes += state.Bytes;
        var checkpoint = new Checkpoint(state, _path.Parent);
        stored?.Add(checkpoint);
        _path.Parent = checkpoint;
        _path.JumpsSinceCheckpoint = 0;
        _path.StepsSinceCheckpoint = 0;
        for (int frame = 0; frame <= _path.Depth; frame++)
            _path.Frames[frame]!.Written = 0;
        _facts.Checkpoints++;
    }

    /// <summary>Lets a loop that ends by itself converge: numbers that changed in the last round and never mattered become any number.</summary>
    /// <param name="path">The path that goes round.</param>
    /// <param name="slot">Where its rounds meet.</param>
    /// <param name="last">The newest checkpoint that may be of the last round.</param>
    static void Widen(PathState path, int slot, Checkpoint? last)
    {
        while (last is not null && (last.State.Slot != slot || last.State.Depth != path.Depth))
            last = last.Parent;
        if (last is null)
            return;
        for (int f = 0; f <= path.Depth; f++)
        {
            FrameState old = last.State.Frames[f]!;
            FrameState frame = path.Frames[f]!;
            for (int register = 0; register < FrameState.Registers; register++)
                WidenOne(old.R[register], ref frame.R[register]);
            for (int stack = 0; stack < Math.Min(old.Used, frame.Used); stack++)
            {
                if (SlotKinds.HasSpill(old.Kinds[stack]) && old.Kinds[stack] == frame.Kinds[stack])
                    WidenOne(old.Spill(stack), ref frame.Spill(stack));
            }
        }
    }

    static void WidenOne(in RegisterState old, ref RegisterState register)
    {
        if (old.Kind != RegisterKind.Scalar || register.Kind != RegisterKind.Scalar || old.Precise || old.Range.SameAs(register.Range))
            return;
        register = RegisterState.Unknown;
    }
}
