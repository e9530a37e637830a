// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    const int FrameSize = FrameState.Slots * 8;

    /// <summary>Bounds of an access of a frame; false, with the reason, when it may leave it.</summary>
    bool StackBounds(in RegisterState address, int offset, long size, int register, out int low, out int high)
    {
        long from = address.Offset + (long)offset + address.Range.SMin;
        long to = address.Offset + (long)offset + address.Range.SMax + size;
        low = high = 0;
        bool wild = address.Range.SMin < -MaxOffset || address.Range.SMax > MaxOffset;
        if (wild || from is < -FrameSize or >= 0 || to > 0)
        {
            string where = wild ? Say(address) : $"r10{from:+0;-0;-0} to r10{to - 1:+0;-0;+0}";
            return Refuse(
                VerifierDiagnostics.StackOutOfBounds, $"{size} bytes at {where} through r{register}, outside of the frame r10-{FrameSize} to r10-1",
                "keep the index within the array on the stack", register);
        }

        (low, high) = ((int)from, (int)to);
        NoteDepth(address, offset);
        return true;
    }

    void NoteDepth(in RegisterState address, int offset)
    {
        FrameState frame = _path.Frames[address.Index]!;
        long below = -(address.Offset + (long)offset + Math.Max(address.Range.SMin, -2L * FrameSize));
        ref int depth = ref _facts.Depths[frame.Function];
        if (below > depth)
            depth = (int)Math.Min(FrameSize, (below + 7) & ~7L);
    }

    bool StackAligned(in RegisterState address, int offset, int size, int register)
    {
        Tnum place = address.Range.Bits + Tnum.Constant((ulong)(address.Offset + (long)offset));
        return ((place.Value | place.Mask) & (ulong)(size - 1)) == 0 || Refuse(
            VerifierDiagnostics.StackMisaligned, $"{size} bytes at {(address.IsFixed ? $"r10{address.Offset + offset:+0;-0;+0}" : $"{Say(address)}{offset:+0;-0;+0}")}, which is no multiple of {size}", "align the variable, or access it byte by byte", register);
    }

    static int SlotAt(int offset) => (-offset - 1) >> 3;

    static int ByteAt(int offset) => offset & 7;

    void NoteStack(int frame, int slot)
    {
        ref History.Entry entry = ref _history[_path.History];
        entry.StackFrame = (byte)frame;
        entry.StackSlot = (sbyte)slot;
    }

    // Elements of arrays have no key in memory: the walk shows one in a frame of its own, which ends with it.
    bool IsKeyOfWalk(in RegisterState value) =>
        value.Kind == RegisterKind.MapKey && _request.Maps[value.Index].Type is (MapType.Array or MapType.PercpuArray);

    int InnermostCallback()
    {
        int depth = _path.Depth;
        while (depth > 0 && !_path.Frames[depth]!.IsCallback)
            depth--;
        return depth;
    }

    bool StackStore(in RegisterState address, in Instruction instruction, in RegisterState value)
    {
        int size = instruction.AccessSize;
        int register = (int)instruction.Destination;
        if (!StackBounds(address, instruction.Offset, size, register, out int low, out int high) || !StackAligned(address, instruction.Offset, size, register))
            return false;
        if (value.Kind == RegisterKind.Stack && address.Index != _path.Depth)
        {
            return Refuse(
                VerifierDiagnostics.FrameEscapes, "an address of a frame is stored in the frame of a caller", "store the value, or let the caller own the variable", register);
        }

        if (IsKeyOfWalk(value) && address.Index < InnermostCallback())
        {
            return Refuse(
                VerifierDiagnostics.FrameEscapes, "the address of an array's key, which is there while its callback runs, is stored in the frame of a caller",
                "store the key itself", register);
        }

        if (value.IsPointer && size < 8)
            return RefusePart($"store of {size} bytes of {Say(value)}", (int)instruction.Source);
        FrameState frame = _path.Frames[address.Index]!;
        if (!EndObjects(address.Index, low, high, register))
            return false;
        if (!address.IsFixed)
        {
            PerhapsFillStack(frame, low, high);
            return true;
        }

        RegisterState constant = value;

        int slot = SlotAt(low);
        frame.Grow(slot);
        NoteStack(address.Index, slot);
        if (size == 8)
        {
            frame.Spill(slot) = value;
            frame.Kinds[slot] = SlotKinds.Spill;
            frame.Written |= 1UL << slot;
        }
        else if (value.IsScalar && ByteAt(low) == 0)
        {
            ScrubSpill(frame, slot);
            frame.Spill(slot) = PartOf(ref instruction.Class == Opcode.Stx ? ref R(instruction.Source) : ref constant, size);
            SetKinds(frame, slot, 0, size, SlotKinds.SpillByte);
        }
        else
        {
            ScrubSpill(frame, slot);
            bool zero = value.IsNull;
            if (zero && instruction.Class == Opcode.Stx)
                _precision.Mark(_path, (int)instruction.Source);
            SetKinds(frame, slot, ByteAt(low), size, zero ? SlotKinds.ZeroByte : SlotKinds.MiscByte);
        }

        return true;
    }

    // The low bytes of a number. Where they hold all of it they are a copy.
    RegisterState PartOf(ref RegisterState number, int size)
    {
        bool whole = number.Range.UMax <= SlotKinds.Mask(0, size);
        if (whole)
            NameNumber(ref number);
        RegisterState part = RegisterState.Number(number.Range.Truncate(size));
        part.Id = whole ? number.Id : 0;
        return part;
    }

    bool RefusePart(string what, int register) =>
        Refuse(VerifierDiagnostics.PartialPointer, what, "store and load addresses as a whole, 8 bytes at a time", register);

    static void SetKinds(FrameState frame, int slot, int first, int count, byte kind)
    {
        ulong mask = SlotKinds.Mask(first, count);
        frame.Kinds[slot] = (frame.Kinds[slot] & ~mask) | (0x0101_0101_0101_0101UL * kind & mask);
    }

    // Part of a spilled register is overwritten: what remains are bytes.
    static void ScrubSpill(FrameState frame, int slot)
    {
        ulong kinds = frame.Kinds[slot];
        if (!SlotKinds.HasSpill(kinds))
            return;
        byte left = frame.Spill(slot).IsNull ? SlotKinds.ZeroByte : SlotKinds.MiscByte;
        for (int i = 0; i < 8; i++)
        {
            if (SlotKinds.At(kinds, i) == SlotKinds.SpillByte)
                SetKinds(frame, slot, i, 1, left == SlotKinds.ZeroByte ? SlotKinds.MiscByte : left);
        }
    }

    /// <summary>Bytes of a frame get another kind; spilled registers among them are lost.</summary>
    static void FillStack(FrameState frame, int low, int high, byte kind)
    {
        for (int at = low; at < high;)
        {
            int slot = SlotAt(at);
            int first = ByteAt(at);
            int count = Math.Min(8 - first, high - at);
            frame.Grow(slot);
            ScrubSpill(frame, slot);
            SetKinds(frame, slot, first, count, kind);
            at += count;
        }
    }

    /// <summary>Bytes of a frame of which some are written, nobody knows which: the others keep what was there before the frame.</summary>
    void PerhapsFillStack(FrameState frame, int low, int high)
    {
        for (int at = low; at < high; at++)
        {
            int slot = SlotAt(at);
            if (slot >= frame.Used || SlotKinds.At(frame.Kinds[slot], ByteAt(at)) == SlotKinds.UnwrittenByte)
                _facts.ReadsUnwritten[frame.Function] = true;
        }

        FillStack(frame, low, high, SlotKinds.MiscByte);
    }

    bool StackLoad(in RegisterState address, in Instruction instruction, out RegisterState loaded)
    {
        loaded = default;
        int size = instruction.AccessSize;
        int register = (int)instruction.BaseRegister;
        if (!StackBounds(address, instruction.Offset, size, register, out int low, out int high) || !StackAligned(address, instruction.Offset, size, register))
            return false;
        FrameState frame = _path.Frames[address.Index]!;
        if (!ReadStack(address.Index, low, high, register))
            return false;
        if (!address.IsFixed)
        {
            loaded = AllBytes(frame, low, high, SlotKinds.ZeroByte) ? RegisterState.Constant(0) : RegisterState.Number(ScalarRange.OfBytes(size));
            return true;
        }

        int slot = SlotAt(low);
        int first = ByteAt(low);
        if (size < 8 && slot < frame.Used && frame.Kinds[slot] == SlotKinds.Spill && frame.Spill(slot).IsPointer)
            return RefusePart($"load of {size} bytes of a stored value, {Say(frame.Spill(slot))}", register);
        if (slot < frame.Used && first == 0 && IsSpillOf(frame.Kinds[slot], size))
        {
            ref RegisterState spill = ref frame.Spill(slot);
            if (size == 8)
                NameNumber(ref spill);
            NoteStack(address.Index, slot);
            loaded = size == 8 ? spill : spill.IsScalar ? PartOf(ref spill, size) : RegisterState.Number(ScalarRange.OfBytes(size));
            return true;
        }

        bool zero = AllBytes(frame, low, high, SlotKinds.ZeroByte);
        loaded = zero ? RegisterState.Constant(0) : RegisterState.Number(ScalarRange.OfBytes(size));
        return true;
    }

    // Whether the lowest bytes, as many as are loaded, are those of a spilled register.
    static bool IsSpillOf(ulong kinds, int size)
    {
        ulong mask = SlotKinds.Mask(0, size);
        return (kinds & mask) == (SlotKinds.Spill & mask);
    }

    static bool AllBytes(FrameState frame, int low, int high, byte kind)
    {
        for (int at = low; at < high; at++)
        {
            int slot = SlotAt(at);
            byte have = slot < frame.Used ? SlotKinds.At(frame.Kinds[slot], ByteAt(at)) : SlotKinds.UnwrittenByte;
            if (have != kind)
                return false;
        }

        return true;
    }

    /// <summary>Notes that bytes of a frame are read.</summary>
    /// <returns>False, with the reason, where they are no plain bytes.</returns>
    bool ReadStack(int index, int low, int high, int register)
    {
        FrameState frame = _path.Frames[index]!;
        ulong slots = 0;
        bool plain = true;
        for (int at = low; at < high; at++)
        {
            int slot = SlotAt(at);
            slots |= 1UL << slot;
            byte kind = slot < frame.Used ? SlotKinds.At(frame.Kinds[slot], ByteAt(at)) : SlotKinds.UnwrittenByte;
            if (kind == SlotKinds.UnwrittenByte)
                _facts.ReadsUnwritten[frame.Function] = true;
            plain &= kind != SlotKinds.ObjectByte;
        }

        MarkRead(index, slots);
        return plain || RefuseObjectRead(frame, low, high, register);
    }
}
