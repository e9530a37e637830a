// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Origins;

sealed partial class OriginAnalysis
{
    void Load(int slot, in Instruction instruction)
    {
        ValueOrigin address = _state.Register((int)instruction.BaseRegister);
        _subject[slot] = address;
        _state.Register((int)instruction.Destination) = address.Origin switch
        {
            Origin.Frame => LoadFrame(address, instruction),
            Origin.Context => LoadContext(address, instruction),
            Origin.MapValue or Origin.Packet or Origin.Memory => ValueOrigin.Number,
            // Plain memory of unknown make may hold addresses.
            _ => ValueOrigin.Unknown,
        };
    }

    ValueOrigin LoadContext(ValueOrigin address, in Instruction instruction)
    {
        ContextField? field = address.IsUnmodifiedContext ? _request.Context?.FieldAt(instruction.Offset, instruction.AccessSize) : null;
        return field?.Kind switch
        {
            ContextFieldKind.PacketData or ContextFieldKind.PacketEnd or ContextFieldKind.PacketMeta => ValueOrigin.Of(Origin.Packet),
            ContextFieldKind.TargetContext => ValueOrigin.Of(Origin.TargetContext),
            _ => ValueOrigin.Number,
        };
    }

    ValueOrigin LoadFrame(ValueOrigin address, in Instruction instruction)
    {
        NoteDepth(address, instruction.Offset);
        if (instruction.AccessSize != 8)
            return ValueOrigin.Number;
        FrameSummary? summary = _frames[address.Index];
        int index = address.IsExact ? OriginState.SlotOf(address.Value + instruction.Offset) : -1;
        if (index >= 0)
            return LoadSlot(address.Index, index, summary);
        ValueOrigin joined = default;
        for (int i = 0; i < OriginState.FrameSlots; i++)
            joined = joined.Join(LoadSlot(address.Index, i, summary));
        return joined.Origin == Origin.Unset ? ValueOrigin.Unknown : joined;
    }

    ValueOrigin LoadSlot(int function, int index, FrameSummary? summary)
    {
        if (function != _function)
            return summary is null ? default : summary.Stored[index];
        ValueOrigin own = _state.Slot(index);
        return summary is null ? own : own.Join(summary.StoredByOthers[index]);
    }

    void Store(int slot, in Instruction instruction)
    {
        if (instruction.IsLoadAcquire)
        {
            Load(slot, instruction);
            return;
        }

        ValueOrigin address = _state.Register((int)instruction.Destination);
        _subject[slot] = address;
        if (address.Origin == Origin.Frame)
            StoreFrame(address, instruction);
        if (!instruction.IsAtomicUpdate || (instruction.Immediate & AtomicOperation.Fetch) == 0)
            return;
        int fetched = instruction.Immediate == AtomicOperation.CompareExchange ? 0 : (int)instruction.Source;
        _state.Register(fetched) = ValueOrigin.Number;
    }

    void StoreFrame(ValueOrigin address, in Instruction instruction)
    {
        NoteDepth(address, instruction.Offset);
        ValueOrigin value = ValueOrigin.Number;
        if (instruction.AccessSize == 8 && instruction.Class == Opcode.St)
            value = ValueOrigin.Constant(instruction.Immediate);
        else if (instruction.AccessSize == 8 && !instruction.IsAtomicUpdate)
            value = _state.Register((int)instruction.Source);
        int index = address.IsExact ? OriginState.SlotOf(address.Value + instruction.Offset) : -1;
        if (index >= 0)
        {
            StoreSlot(address.Index, index, value, strong: true);
            return;
        }

        for (int i = 0; i < OriginState.FrameSlots; i++)
            StoreSlot(address.Index, i, value, strong: false);
    }

    void StoreSlot(int function, int index, ValueOrigin value, bool strong)
    {
        FrameSummary summary = _frames[function] ??= new FrameSummary();
        JoinInto(ref summary.Stored[index], value);
        if (function != _function)
            JoinInto(ref summary.StoredByOthers[index], value);
        else
            _state.Slot(index) = strong ? value : _state.Slot(index).Join(value);
    }

    // Memory that a helper fills.
    void Fill(ValueOrigin address, long size)
    {
        if (address.Origin != Origin.Frame || !address.IsExact || size <= 0)
            return;
        long end = Math.Min(address.Value + size, 0);
        for (long at = address.Value & ~7L; at < end; at += 8)
        {
            int index = OriginState.SlotOf(at);
            if (index >= 0)
                StoreSlot(address.Index, index, ValueOrigin.Number, strong: true);
        }
    }

    void NoteDepth(ValueOrigin address, int offset)
    {
        ref int depth = ref _depth[address.Index];
        long below = address.IsExact ? -(address.Value + offset) : OriginState.FrameSlots * 8;
        if (below > depth)
            depth = (int)Math.Min(OriginState.FrameSlots * 8, (below + 7) & ~7L);
    }
}
