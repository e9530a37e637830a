// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// A set of registers and stack slots of all frames that is carried backwards over executed instructions: after a step it holds the
/// places from which the wanted values came.
/// </summary>
sealed class PlaceSet
{
    const ushort Clobbered = 0x3f;
    const ushort Arguments = 0x3e;
    const int SlotFlag = 0x80;

    readonly ushort[] _registers = new ushort[RunLimits.ProgramFrames + 1];
    readonly ulong[] _slots = new ulong[RunLimits.ProgramFrames + 1];

    public ref ushort Registers(int frame) => ref _registers[frame];

    public ref ulong Slots(int frame) => ref _slots[frame];

    public bool IsEmpty
    {
        get
        {
            int any = 0;
            ulong slots = 0;
            for (int i = 0; i < _registers.Length; i++)
            {
                any |= _registers[i];
                slots |= _slots[i];
            }

            return any == 0 && slots == 0;
        }
    }

    public void Clear()
    {
        Array.Clear(_registers);
        Array.Clear(_slots);
    }

    public void ClearFrom(int frame)
    {
        for (int i = frame; i < _registers.Length; i++)
        {
            _registers[i] = 0;
            _slots[i] = 0;
        }
    }

    public static int RegisterPlace(int frame, int register) => (frame << 8) | register;

    public static int SlotPlace(int frame, int slot) => (frame << 8) | SlotFlag | slot;

    bool Has(int place) => (place & SlotFlag) != 0
        ? ((_slots[place >> 8] >> (place & 0x3f)) & 1) != 0
        : ((_registers[place >> 8] >> (place & 0xf)) & 1) != 0;

    void Add(int place)
    {
        if ((place & SlotFlag) != 0)
            _slots[place >> 8] |= 1UL << (place & 0x3f);
        else
            _registers[place >> 8] |= (ushort)(1 << (place & 0xf));
    }

    /// <summary>Steps back over one instruction.</summary>
    /// <returns>Whether it had to do with a wanted place.</returns>
    public bool StepBack(History history, int index, in Instruction instruction)
    {
        ref History.Entry entry = ref history[index];
        int frame = entry.Depth;
        int destination = 1 << (int)instruction.Destination;
        if (entry.LeavesEarly)
            return LeftEarly(entry, frame);
        switch (instruction.Class)
        {
            case Opcode.Alu or Opcode.Alu64:
                return Arithmetic(instruction, frame, destination);
            case Opcode.Ldx:
                return Loaded(entry, frame, destination);
            case Opcode.Ld when instruction.IsPacketLoad:
                return Remove(frame, Clobbered);
            case Opcode.Ld:
                return Remove(frame, destination);
            case Opcode.St or Opcode.Stx:
                return Stored(entry, instruction, frame, destination);
            default:
                return instruction.IsCall ? Called(entry, instruction, frame)
                    : instruction.IsExit ? Exited(entry, frame)
                    : instruction.IsConditionalJump && Branched(history, entry, instruction, frame, destination);
        }
    }

    bool Remove(int frame, int registers)
    {
        bool had = (_registers[frame] & registers) != 0;
        _registers[frame] &= (ushort)~registers;
        return had;
    }

    bool Arithmetic(in Instruction instruction, int frame, int destination)
    {
        if ((_registers[frame] & destination) == 0)
            return false;
        if (instruction.Operation == Opcode.Mov)
            _registers[frame] &= (ushort)~destination;
        if (instruction.UsesSourceRegister && instruction.Operation is not (Opcode.End or Opcode.Neg))
            _registers[frame] |= (ushort)(1 << (int)instruction.Source);
        return true;
    }

    bool Loaded(in History.Entry entry, int frame, int destination)
    {
        if (!Remove(frame, destination))
            return false;
        if (entry.StackSlot >= 0)
            _slots[entry.StackFrame] |= 1UL << entry.StackSlot;
        return true;
    }

    bool Stored(in History.Entry entry, in Instruction instruction, int frame, int destination)
    {
        if (instruction.IsLoadAcquire)
            return Loaded(entry, frame, destination);
        bool touched = false;
        if (instruction.IsAtomicUpdate && (instruction.Immediate & AtomicOperation.Fetch) != 0)
            touched = Remove(frame, instruction.Immediate == AtomicOperation.CompareExchange ? 1 : 1 << (int)instruction.Source);
        if (entry.StackSlot < 0)
            return touched;
        ulong slot = 1UL << entry.StackSlot;
        if ((_slots[entry.StackFrame] & slot) == 0)
            return touched;
        if (instruction.AccessSize == 8)
            _slots[entry.StackFrame] &= ~slot;
        if (instruction.Class == Opcode.Stx && !instruction.IsAtomicUpdate)
            _registers[frame] |= (ushort)(1 << (int)instruction.Source);
        return true;
    }

    bool Called(in History.Entry entry, in Instruction instruction, int frame)
    {
        if (entry.EntersCallback)
        {
            // What a callback gets is not what its caller's registers hold, save addresses.
            ClearFrom(frame + 1);
            return false;
        }

        if (!instruction.IsProgramCall)
            return Remove(frame, Clobbered);
        ushort passed = (ushort)(_registers[frame + 1] & Arguments);
        ClearFrom(frame + 1);
        // Of a global function, which was not followed from here, the result comes from nowhere.
        bool result = Remove(frame, Clobbered);
        _registers[frame] |= passed;
        return result || passed != 0;
    }

    bool Exited(in History.Entry entry, int frame)
    {
        if (entry.LeavesCallback || frame == 0 || !Remove(frame - 1, 1))
            return false;
        _registers[frame] |= 1;
        return true;
    }

    // The result comes from nowhere.
    bool LeftEarly(in History.Entry entry, int frame) => !entry.LeavesCallback && frame != 0 && Remove(frame - 1, 1);

    bool Branched(History history, in History.Entry entry, in Instruction instruction, int frame, int destination)
    {
        bool touched = false;
        if (entry.Linked >= 0)
        {
            int[] places = history.Linked(entry.Linked);
            foreach (int place in places)
                touched |= Has(place);
            if (touched)
            {
                foreach (int place in places)
                    Add(place);
            }
        }

        if (instruction.IsMayGoto)
            return touched;
        int pair = instruction.UsesSourceRegister ? destination | (1 << (int)instruction.Source) : destination;
        if ((_registers[frame] & pair) == 0)
            return touched;
        _registers[frame] |= (ushort)pair;
        return true;
    }
}
