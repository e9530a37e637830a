// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// Iterators: <c>new</c>, then <c>next</c> until it gives null, then <c>destroy</c>. Each <c>next</c> is followed both ways, so the loop around
/// it is followed until a round brings nothing new; its end at run time is the iterator's own.
/// </summary>
sealed partial class Explorer
{
    // State of an iterator, in Index of its slot.
    const int Drained = 0;
    const int Counting = 1;

    const int ElementSize = 4;

    // The iterator of the call being checked.
    int _iteratorFrame;
    int _iteratorSlot;

    bool NewIteratorArgument(HelperSignature helper, int index, in RegisterState value)
    {
        if (!ObjectPlace(helper, index, value, 1, "memory for an iterator", out int slot))
            return false;
        FrameState frame = _path.Frames[value.Index]!;
        MarkRead(value.Index, 1UL << slot);
        if (IsObject(frame, slot, RegisterKind.Iterator))
        {
            return Refuse(
                VerifierDiagnostics.ObjectState, $"bpf_{helper.Name} on r10{value.Offset}, which is an iterator already",
                "end the iterator with its destroy function before its memory begins another", index + 1);
        }

        if (!ClearPlace(value, 1, index + 1) || !Acquire(_path.Slot, out int reference))
            return false;
        RegisterState state = RegisterState.Pointer(RegisterKind.Iterator, Counting);
        state.Id = state.Reference = reference;
        frame.Spill(slot) = state;
        frame.Kinds[slot] = SlotKinds.Object;
        return true;
    }

    bool IteratorArgument(HelperSignature helper, int index, in RegisterState value, bool released)
    {
        if (!ObjectPlace(helper, index, value, 1, "an iterator", out int slot))
            return false;
        FrameState frame = _path.Frames[value.Index]!;
        MarkRead(value.Index, 1UL << slot);
        if (!IsObject(frame, slot, RegisterKind.Iterator))
        {
            return Refuse(
                VerifierDiagnostics.ObjectState, $"bpf_{helper.Name} on r10{value.Offset}, which is no iterator on this path",
                "begin the iterator with its new function on every path to this call, and do not end it twice", index + 1);
        }

        (_iteratorFrame, _iteratorSlot) = (value.Index, slot);
        if (released)
        {
            _released = frame.Spill(slot).Reference;
            frame.Kinds[slot] = SlotKinds.Unwritten;
        }

        return true;
    }

    /// <summary>One way the loop goes on with an element, the other way it is over.</summary>
    void NextElement(int slot)
    {
        ref RegisterState iterator = ref _path.Frames[_iteratorFrame]!.Spill(_iteratorSlot);
        if (iterator.Index == Counting)
        {
            PathState round = Fork(slot + 1);
            round.CountedRounds++;
            // The newest checkpoint is this round's own.
            Widen(round, slot, round.Parent!.Parent);
            RegisterState element = RegisterState.Pointer(RegisterKind.Memory);
            element.Size = ElementSize;
            element.ReadOnly = true;
            // The element lies in the iterator, and is lost with it.
            element.Reference = iterator.Reference;
            round.Frame.R[0] = element;
        }

        iterator.Index = Drained;
        R(Register.R0) = RegisterState.Constant(0);
    }
}
