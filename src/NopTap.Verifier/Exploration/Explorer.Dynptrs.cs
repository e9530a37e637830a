// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>Dynptrs: bounds that are known only when the program runs, kept in two slots of the stack and checked by those who are handed them.</summary>
sealed partial class Explorer
{
    const int DynptrSlots = 2;

    // The dynptr that the call being checked reads; Kind is NotWritten where it reads none.
    RegisterState _dynptr;

    bool NewDynptrArgument(HelperSignature helper, int index, in RegisterState value)
    {
        if (!ObjectPlace(helper, index, value, DynptrSlots, "memory for a dynptr", out int slot) || !ClearPlace(value, DynptrSlots, index + 1))
            return false;
        RegisterState state = _dynptr;
        if (helper.Id != (int)KernelFunctionId.DynptrClone)
        {
            DynptrKind kind = KindOfNewDynptr(helper.Id);
            state = RegisterState.Pointer(RegisterKind.Dynptr, (int)kind);
            state.ReadOnly = kind is DynptrKind.Skb && !MayWritePackets;
            if (kind == DynptrKind.Ring && !Acquire(_path.Slot, out state.Reference))
                return false;
        }

        state.Id = NewId();
        FrameState frame = _path.Frames[value.Index]!;
        for (int half = 0; half < DynptrSlots; half++)
        {
            state.Offset = half;
            frame.Spill(slot - half) = state;
            frame.Kinds[slot - half] = SlotKinds.Object;
        }

        return true;
    }

    static DynptrKind KindOfNewDynptr(int helper) => helper switch
    {
        (int)HelperId.RingbufReserveDynptr => DynptrKind.Ring,
        (int)KernelFunctionId.DynptrFromSkb => DynptrKind.Skb,
        (int)KernelFunctionId.DynptrFromXdp => DynptrKind.Xdp,
        _ => DynptrKind.Local,
    };

    bool DynptrArgument(HelperSignature helper, int index, in RegisterState value, bool released)
    {
        if (!ObjectPlace(helper, index, value, DynptrSlots, "a dynptr", out int slot))
            return false;
        FrameState frame = _path.Frames[value.Index]!;
        MarkRead(value.Index, 0b11UL << (slot - 1));
        if (!IsObject(frame, slot, RegisterKind.Dynptr))
        {
            return Refuse(
                VerifierDiagnostics.ObjectState, $"bpf_{helper.Name} on r10{value.Offset}, which is no dynptr on this path",
                "make the dynptr on every path to this call, and do not use it after it was given back or its memory was written", index + 1);
        }

        _dynptr = frame.Spill(slot);
        if (!released)
            return true;
        if (_dynptr.Index != (int)DynptrKind.Ring)
        {
            return Refuse(
                VerifierDiagnostics.ObjectState, $"bpf_{helper.Name} on a dynptr that holds no reservation", "give back only what bpf_ringbuf_reserve_dynptr made", index + 1);
        }

        _released = _dynptr.Reference;
        EndDynptrsOf(_released);
        return true;
    }

    // A reservation that was given back takes the dynptr and all its clones along.
    void EndDynptrsOf(int reference)
    {
        for (int f = 0; f <= _path.Depth; f++)
        {
            FrameState frame = _path.Frames[f]!;
            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (frame.Kinds[slot] == SlotKinds.Object && frame.Spill(slot).Kind == RegisterKind.Dynptr && frame.Spill(slot).Reference == reference)
                    EndDynptr(frame, slot);
            }
        }
    }

    /// <summary>Forgets a dynptr, given either half, and the memory that it gave out. Slices of packets stay good until the packet moves.</summary>
    void EndDynptr(FrameState frame, int slot)
    {
        int first = slot + frame.Spill(slot).Offset;
        int name = frame.Spill(slot).Id;
        frame.Kinds[first] = frame.Kinds[first - 1] = SlotKinds.Unwritten;
        for (int f = 0; f <= _path.Depth; f++)
        {
            FrameState other = _path.Frames[f]!;
            for (int register = 0; register < 10; register++)
            {
                if (other.R[register].Kind == RegisterKind.Slice && other.R[register].Index == name)
                    other.R[register] = RegisterState.Unknown;
            }

            for (int spill = 0; spill < other.Used; spill++)
            {
                if (other.Kinds[spill] == SlotKinds.Spill && other.Spill(spill).Kind == RegisterKind.Slice && other.Spill(spill).Index == name)
                    other.Spill(spill) = RegisterState.Unknown;
            }
        }
    }

    /// <summary>Memory behind the dynptr of the call, if it has so much.</summary>
    bool DynptrMemory(HelperSignature helper, ref RegisterState result)
    {
        bool slice = helper.Id is (int)KernelFunctionId.DynptrSlice or (int)KernelFunctionId.DynptrSliceRdwr;
        if (helper.Id == (int)KernelFunctionId.DynptrSliceRdwr && !MayWritePackets)
        {
            return Refuse(
                VerifierDiagnostics.ReadOnlyMemory, $"bpf_{helper.Name} in a program of type {_program.Type}, which only reads packets", "use bpf_dynptr_slice");
        }

        bool packet = slice && _dynptr.Index is (int)DynptrKind.Skb or (int)DynptrKind.Xdp;
        result = packet ? RegisterState.Pointer(RegisterKind.PacketSlice) : RegisterState.Pointer(RegisterKind.Slice, _dynptr.Id);
        result.Size = _allocationSize;
        result.ReadOnly = helper.Return == HelperReturn.DynptrReadOnlyMemoryOrNull;
        result.Nullable = true;
        result.Id = NewId();
        // What lies in a reservation is lost with it.
        result.Reference = slice ? 0 : _dynptr.Reference;
        return true;
    }
}
