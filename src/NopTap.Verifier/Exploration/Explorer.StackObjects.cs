// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>Iterators and dynptrs: objects in the program's frame that only kernel functions and helpers touch.</summary>
sealed partial class Explorer
{
    /// <summary>Finds the slots of a frame that an argument names as a whole object.</summary>
    /// <param name="helper">Callee.</param>
    /// <param name="index">Index of the argument.</param>
    /// <param name="value">The argument.</param>
    /// <param name="slots">Slots that the object fills.</param>
    /// <param name="what">The object, for a refusal.</param>
    /// <param name="slot">Its slot with the lowest address, which has the greatest number.</param>
    bool ObjectPlace(HelperSignature helper, int index, in RegisterState value, int slots, string what, out int slot)
    {
        slot = 0;
        if (value is not { Kind: RegisterKind.Stack, Nullable: false, IsFixed: true } || (value.Offset & 7) != 0)
            return RefuseArgument(helper, index, value, $"the address of {what} on the stack");
        if (!StackBounds(value, 0, slots * 8, index + 1, out int low, out _))
            return false;
        slot = SlotAt(low);
        _path.Frames[value.Index]!.Grow(slot);
        return true;
    }

    /// <summary>Whether a slot has an object of a kind, from its first slot on.</summary>
    static bool IsObject(FrameState frame, int slot, RegisterKind kind) =>
        slot < frame.Used && frame.Kinds[slot] == SlotKinds.Object && frame.Spill(slot) is { } state && state.Kind == kind && state.Offset == 0;

    /// <summary>Makes a place free for an object, as a write of its bytes would.</summary>
    bool ClearPlace(in RegisterState value, int slots, int register)
    {
        if (!EndObjects(value.Index, value.Offset, value.Offset + (slots * 8), register))
            return false;
        FillStack(_path.Frames[value.Index]!, value.Offset, value.Offset + (slots * 8), SlotKinds.MiscByte);
        return true;
    }

    /// <summary>What a write to a frame does to objects in its way: one that holds a reservation may not be lost, others end there.</summary>
    /// <param name="index">Frame.</param>
    /// <param name="low">First byte written, relative to r10.</param>
    /// <param name="high">Behind the last.</param>
    /// <param name="register">Register that holds the address.</param>
    bool EndObjects(int index, int low, int high, int register)
    {
        FrameState frame = _path.Frames[index]!;
        for (int slot = SlotAt(high - 1); slot <= SlotAt(low) && slot < frame.Used; slot++)
        {
            if (frame.Kinds[slot] != SlotKinds.Object)
                continue;
            if (frame.Spill(slot).Kind == RegisterKind.Iterator)
            {
                // Its reference stays held: the path cannot end well any more.
                frame.Kinds[slot] = SlotKinds.Misc;
                continue;
            }

            if (frame.Spill(slot).Reference != 0)
            {
                return Refuse(
                    VerifierDiagnostics.ObjectBytes, $"store to r10{low:+0;-0} to r10{high - 1:+0;-0}, where a dynptr holds what was reserved at {PlaceOf(ReservedAt(frame.Spill(slot).Reference))}",
                    "submit or discard the dynptr before its memory is used for something else", register);
            }

            EndDynptr(frame, slot);
        }

        return true;
    }

    int ReservedAt(int reference) => _path.ReferenceSlots[Array.IndexOf(_path.References, reference, 0, _path.ReferenceCount)];

    bool RefuseObjectRead(FrameState frame, int low, int high, int register)
    {
        string what = "an iterator";
        for (int slot = SlotAt(high - 1); slot <= SlotAt(low) && slot < frame.Used; slot++)
        {
            if (frame.Kinds[slot] == SlotKinds.Object && frame.Spill(slot).Kind == RegisterKind.Dynptr)
                what = "a dynptr";
        }

        return Refuse(
            VerifierDiagnostics.ObjectBytes, $"read of r10{low:+0;-0} to r10{high - 1:+0;-0}, which holds {what}",
            $"use {what} through its own functions only", register);
    }

    bool Acquire(int slot, out int reference)
    {
        reference = 0;
        if (_path.ReferenceCount == PathState.MaxReferences)
        {
            return Refuse(
                VerifierDiagnostics.ReferenceLeak, $"{PathState.MaxReferences} reservations are held at once", "submit or discard reservations before making more");
        }

        reference = NewId();
        _path.Hold(reference, slot);
        return true;
    }
}
