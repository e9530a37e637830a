// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>How a path is compared with a checkpoint.</summary>
enum Comparison
{
    /// <summary>What did not matter behind the checkpoint may differ.</summary>
    Relevant,

    /// <summary>Every number of the path lies in the checkpoint's range.</summary>
    Within,

    /// <summary>Nothing differs: the path has come back to where it was.</summary>
    Same,
}

/// <summary>Tells whether whatever was proved behind a checkpoint holds for a path at the same instruction too.</summary>
sealed class StateComparer
{
    readonly RegisterSet[] _live;
    readonly int[] _oldIds = new int[256];
    readonly int[] _newIds = new int[256];
    int _ids;
    bool _unwritten;
    int _temporary;

    /// <summary>Frames, a bit each, of which the path that was covered last may read bytes that it never wrote, where the checkpoint's had.</summary>
    public int UnwrittenFrames { get; private set; }

    public StateComparer(RegisterSet[] live) => _live = live;

    public bool Covers(Checkpoint checkpoint, PathState path, Comparison how)
    {
        PathState old = checkpoint.State;
        if (old.Depth != path.Depth || old.ReferenceCount != path.ReferenceCount || old.LockMap != path.LockMap)
            return false;
        _ids = 0;
        _temporary = int.MinValue;
        UnwrittenFrames = 0;
        for (int f = path.Depth; f >= 0; f--)
        {
            FrameState oldFrame = old.Frames[f]!;
            FrameState frame = path.Frames[f]!;
            if (oldFrame.CallSite != frame.CallSite || oldFrame.IsCallback != frame.IsCallback)
                return false;
            // With rounds to go that the checkpoint no longer had, more may happen than behind it.
            if (oldFrame.Rounds > frame.Rounds)
                return false;
            if (!RegistersCovered(oldFrame, frame, how, LiveIn(path, f)))
                return false;
            ulong read = how == Comparison.Relevant ? checkpoint.Read[f] : ulong.MaxValue;
            if (!StackCovered(oldFrame, frame, how, read))
                return false;
            if (_unwritten)
                UnwrittenFrames |= 1 << f;
        }

        for (int i = 0; i < path.ReferenceCount; i++)
        {
            if (!Pair(old.References[i], path.References[i]))
                return false;
        }

        return Pair(old.LockOwner, path.LockOwner);
    }

    RegisterSet LiveIn(PathState path, int frame)
    {
        if (frame == path.Depth)
            return _live[path.Slot];
        FrameState callee = path.Frames[frame + 1]!;
        // A callback returns to the call that runs it, which reads its arguments again.
        return callee.IsCallback ? _live[callee.CallSite] : _live[callee.CallSite + 1].Without(Register.R0);
    }

    bool RegistersCovered(FrameState old, FrameState frame, Comparison how, RegisterSet live)
    {
        for (int bits = live.Bits & 0x3ff; bits != 0; bits &= bits - 1)
        {
            int register = int.TrailingZeroCount(bits);
            if (!Covered(old.R[register], frame.R[register], how))
                return false;
        }

        return true;
    }

    bool StackCovered(FrameState old, FrameState frame, Comparison how, ulong read)
    {
        _unwritten = false;
        if (how == Comparison.Same && old.Used != frame.Used)
            return false;
        for (int slot = 0; slot < Math.Max(old.Used, frame.Used); slot++)
        {
            ulong oldKinds = slot < old.Used ? old.Kinds[slot] : SlotKinds.Unwritten;
            ulong kinds = slot < frame.Used ? frame.Kinds[slot] : SlotKinds.Unwritten;
            // A write over an object ends what it gave out, so which object lies where matters even where nothing reads it.
            bool isObject = kinds == SlotKinds.Object;
            if (!isObject && (slot >= old.Used || ((read >> slot) & 1) == 0))
                continue;
            if (oldKinds == kinds && !SlotKinds.HasSpill(kinds))
                continue;
            if (SlotKinds.HasSpill(oldKinds))
            {
                if (kinds != oldKinds || !Covered(old.Spill(slot), frame.Spill(slot), how))
                    return false;
            }
            else if (how == Comparison.Same || !BytesCovered(oldKinds, kinds, slot < frame.Used && SlotKinds.HasSpill(kinds) ? frame.Spill(slot) : default))
            {
                return false;
            }
        }

        return true;
    }

    // Bytes that were read as anything may be anything but parts of an address; bytes that were read as zero must be zero.
    bool BytesCovered(ulong old, ulong kinds, in RegisterState spill)
    {
        bool address = spill.IsPointer;
        bool zero = spill.IsNull;
        for (int i = 0; i < 8; i++)
        {
            byte was = SlotKinds.At(old, i);
            byte now = SlotKinds.At(kinds, i);
            _unwritten |= now == SlotKinds.UnwrittenByte && was != SlotKinds.UnwrittenByte;
            if ((now == SlotKinds.SpillByte && address) || now == SlotKinds.ObjectByte)
                return false;
            if (was == SlotKinds.ZeroByte && now != SlotKinds.ZeroByte && !(now == SlotKinds.SpillByte && zero))
                return false;
        }

        return true;
    }

    bool Covered(in RegisterState old, in RegisterState register, Comparison how)
    {
        if (old.Kind == RegisterKind.NotWritten)
            return how != Comparison.Same || register.Kind == RegisterKind.NotWritten;
        if (old.Kind != register.Kind)
            return false;
        if (how == Comparison.Same)
            return Same(old, register);
        if (old.Kind == RegisterKind.Scalar)
        {
            if (how == Comparison.Relevant && !old.Precise)
                return true;
            return old.Range.Includes(register.Range) && PairNumbers(old.Id, register.Id);
        }

        if (!SameIndex(old, register) || old.Nullable != register.Nullable || old.Offset != register.Offset || old.ReadOnly != register.ReadOnly)
            return false;
        if (register.IsPacket ? register.Size < old.Size : register.Size != old.Size)
            return false;
        return old.Range.Includes(register.Range) && Pair(old.Id, register.Id) && Pair(old.Reference, register.Reference);
    }

    bool Same(in RegisterState old, in RegisterState register) =>
        SameIndex(old, register) && old.Nullable == register.Nullable && old.Offset == register.Offset && old.Size == register.Size
        && old.Range.SameAs(register.Range) && (old.Kind == RegisterKind.Scalar ? PairNumbers(old.Id, register.Id) : Pair(old.Id, register.Id))
        && Pair(old.Reference, register.Reference);

    // The index of a slice names a dynptr, and names differ from path to path.
    bool SameIndex(in RegisterState old, in RegisterState register) => old.Kind == RegisterKind.Slice ? Pair(old.Index, register.Index) : old.Index == register.Index;

    // A number without a name shares nothing; one that shared nothing in the checkpoint may share something now.
    bool PairNumbers(int old, int id) => old == 0 || Pair(old, id == 0 ? ++_temporary : id);

    bool Pair(int old, int id)
    {
        if (old == 0 || id == 0)
            return old == id;
        for (int i = 0; i < _ids; i++)
        {
            if (_oldIds[i] == old)
                return _newIds[i] == id;
            if (_newIds[i] == id)
                return false;
        }

        if (_ids == _oldIds.Length)
            return false;
        _oldIds[_ids] = old;
        _newIds[_ids++] = id;
        return true;
    }
}
