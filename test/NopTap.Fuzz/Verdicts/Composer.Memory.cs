// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

// Stack, map values, the context.
sealed partial class Composer
{
    static readonly int[] s_tables = [World.Array, World.Hash, World.PerProcessorArray, World.PerProcessorHash, World.Recent, World.Wide];

    static int Bytes(byte size) => new Instruction(size, 0, 0, 0).AccessSize;

    static short SlotOffset(int slot) => (short)(-8 * (slot + 1));

    void Stack()
    {
        int slot = _random.Below(Slots);
        switch (_random.Below(8))
        {
            case 0 or 1:
                Spill(slot);
                break;
            case 2 or 3:
                Fill(slot);
                break;
            case 4:
                StoreBytes(slot);
                break;
            case 5:
                LoadBytes(slot);
                break;
            case 6:
                StackByIndex();
                break;
            default:
                Atomic(10, SlotOffset(slot));
                _slots[slot] = new Note(Holds.Number);
                break;
        }
    }

    void Spill(int slot)
    {
        int register = _random.Below(11);
        if (_registers[register].Holds == Holds.Nothing || (_held > 0 && _registers[register].Holds == Holds.Record && _random.Chance(50)))
            return;
        Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(slot), (Register)register));
        _slots[slot] = _registers[register];
    }

    void Fill(int slot)
    {
        if (_slots[slot].Holds == Holds.Nothing)
            return;
        int target = Target();
        Set(target, _slots[slot], Ins.Load(Opcode.DW, (Register)target, Register.R10, SlotOffset(slot)));
    }

    void StoreBytes(int slot)
    {
        byte size = _random.Pick<byte>(s_sizes);
        short offset = (short)(SlotOffset(slot) + (Bytes(size) * _random.Below(8 / Bytes(size))));
        int register = Number();
        Emit(_random.Chance(40) ? Ins.Store(size, Register.R10, offset, _random.Pick<int>(s_constants)) : Ins.Store(size, Register.R10, offset, (Register)register));
        _slots[slot] = new Note(Holds.Number);
    }

    void LoadBytes(int slot)
    {
        if (_slots[slot].Holds != Holds.Number)
            return;
        byte size = _random.Pick<byte>(s_sizes);
        short offset = (short)(SlotOffset(slot) + (Bytes(size) * _random.Below(8 / Bytes(size))));
        int target = Target();
        Load(target, 10, size, offset);
    }

    void Load(int target, int address, byte size, short offset)
    {
        bool signed = size != Opcode.DW && _random.Chance(15);
        ulong max = signed || size == Opcode.DW ? ulong.MaxValue : (1UL << (8 * Bytes(size))) - 1;
        Set(target, new Note(Holds.Number, max),
            signed ? Ins.LoadSigned(size, (Register)target, (Register)address, offset) : Ins.Load(size, (Register)target, (Register)address, offset));
    }

    // address = r10 - 64 + index; one byte there.
    void StackByIndex()
    {
        int index = Small(_random.Pick<int>([7, 15, 31]));
        int reach = (int)Math.Min(_registers[index].Max, 31);
        int target = Target();
        if (target == index)
            return;
        int low = -8 * _random.Below(Slots - (reach / 8)) - 8 - (reach & ~7);
        Emit(Ins.Mov64((Register)target, Register.R10));
        Emit(Ins.Add64((Register)target, low));
        Emit(Ins.Add64((Register)target, (Register)index));
        _registers[target] = default;
        if (_random.Chance(60))
        {
            Emit(Ins.Store(Opcode.B, (Register)target, 0, _random.Below(3)));
            for (int slot = 0; slot < Slots; slot++)
            {
                if (SlotOffset(slot) + 8 > low && SlotOffset(slot) <= low + reach)
                    _slots[slot] = new Note(Holds.Number);
            }
        }
        else
        {
            Load(target, target, Opcode.B, 0);
        }
    }

    void Atomic(int address, short offset)
    {
        int source = Number();
        if (source == 10 || source == address)
            return;
        int operation = _random.Pick<int>(
        [
            AtomicOperation.Add, AtomicOperation.Or, AtomicOperation.And, AtomicOperation.Xor,
            AtomicOperation.Add | AtomicOperation.Fetch, AtomicOperation.Or | AtomicOperation.Fetch, AtomicOperation.And | AtomicOperation.Fetch, AtomicOperation.Xor | AtomicOperation.Fetch,
            AtomicOperation.Exchange, AtomicOperation.CompareExchange, AtomicOperation.LoadAcquire, AtomicOperation.StoreRelease,
        ]);
        byte size = _random.Pick<byte>([Opcode.W, Opcode.DW]);
        if (operation == AtomicOperation.CompareExchange && _registers[0].Holds != Holds.Number)
            Set(0, new Note(Holds.Number, 0), Ins.Mov64(Register.R0, 0));
        if (operation == AtomicOperation.LoadAcquire)
        {
            int target = Target();
            Set(target, new Note(Holds.Number), Ins.Atomic(size, operation, (Register)target, offset, (Register)address));
            return;
        }

        Emit(Ins.Atomic(size, operation, (Register)address, offset, (Register)source));
        if (operation == AtomicOperation.CompareExchange)
            _registers[0] = new Note(Holds.Number);
        else if ((operation & AtomicOperation.Fetch) != 0)
            _registers[source] = new Note(Holds.Number);
    }

    void Maps()
    {
        int value = Find(Holds.Value);
        if (value < 0 || _random.Chance(30))
        {
            if (_random.Chance(25))
                MapValue(Target(), _random.Chance(70) ? World.Variables : World.Constants, _random.Pick<int>([0, 0, 4, 8]));
            else
                LookUp();
            return;
        }

        if (_random.Chance(25))
            IndexMemory(value);
        else
            Access(value);
    }

    void LookUp()
    {
        int map = _random.Pick<int>(s_tables);
        StoreKey(map, out int slot);
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, SlotOffset(slot)));
        Map(1, map);
        Emit(Ins.Call(HelperId.MapLookupElem));
        Clobber(default);
        Note note = new(Holds.Value, 0, 0, (int)World.Maps[map].ValueSize, map);
        if (_held > 0 || _calm)
        {
            // No way out: only what the test lets through uses it.
            var none = new Label();
            Jump(Ins.Jump64(Opcode.Jeq, Register.R0, 0, 0), none);
            _registers[0] = note;
            Access(0);
            Place(none);
            _registers = [.. _registers];
            _registers[0] = default;
            return;
        }

        TestNull(note);
    }

    void TestNull(Note note)
    {
        int copy = _random.Chance(50) ? _random.Pick<int>([1, 2, 3, 7, 8, 9]) : 0;
        bool early = copy != 0 && _random.Chance(40);
        if (early)
            Emit(Ins.Mov64((Register)copy, Register.R0));
        int tested = early && _random.Chance(50) ? copy : 0;
        if (_random.Chance(70))
        {
            Jump(Ins.Jump64(Opcode.Jeq, (Register)tested, 0, 0), _exit);
        }
        else
        {
            var there = new Label();
            Jump(Ins.Jump64(Opcode.Jne, (Register)tested, 0, 0), there);
            Jump(Ins.Jump(0), _exit);
            Place(there);
        }

        _registers[0] = note;
        if (copy == 0)
            return;
        if (!early)
            Emit(Ins.Mov64((Register)copy, Register.R0));
        _registers[copy] = note;
    }

    void StoreKey(int map, out int slot)
    {
        int size = (int)World.Maps[map].KeySize;
        slot = 1 + _random.Below(Slots - 1);
        for (int at = 0; at < size; at += 4)
        {
            int number = Find(Holds.Number);
            if (number >= 0 && number != 10 && _random.Chance(50))
                Emit(Ins.Store(Opcode.W, Register.R10, (short)(SlotOffset(slot) + at), (Register)number));
            else
                Emit(Ins.Store(Opcode.W, Register.R10, (short)(SlotOffset(slot) + at), _random.Below(9)));
        }

        _slots[slot] = new Note(Holds.Number);
        if (size > 8)
            _slots[slot - 1] = new Note(Holds.Number);
    }

    /// <summary>One access of what a register points to, inside of it.</summary>
    void Access(int register)
    {
        Note note = _registers[register];
        byte size = _random.Pick<byte>(s_sizes);
        int room = note.Size - note.Offset - (int)Math.Min(note.Max, 1 << 20) - Bytes(size);
        if (room < 0)
            return;
        int at = _random.Below(room + 1);
        bool aligned = note.Max == 0 && (note.Offset + at) % 8 == 0;
        if (note.Holds is Holds.Value or Holds.Record && aligned && note.Map != World.Constants && room >= 8 && _random.Chance(20))
        {
            Atomic(register, (short)at);
            return;
        }

        bool writes = note.Holds is not (Holds.Key or Holds.Meta) && note.Map != World.Constants && _type != ProgramType.SocketFilter;
        if (writes && _random.Chance(45))
        {
            int source = Find(Holds.Number);
            Emit(source >= 0 && source != 10 && _random.Chance(50)
                ? Ins.Store(size, (Register)register, (short)at, (Register)source)
                : Ins.Store(size, (Register)register, (short)at, _random.Below(100)));
            return;
        }

        Load(Target(), register, size, (short)at);
    }

    // register = memory + index
    void IndexMemory(int memory)
    {
        Note note = _registers[memory];
        int room = note.Size - note.Offset - (int)Math.Min(note.Max, 1 << 20);
        if (room < 2 || memory == 10)
            return;
        int index = Small(_random.Pick<int>([1, 3, 7, 15, 31]));
        ulong reach = _registers[index].Max;
        int target = Target();
        if (target == memory || index == memory || _registers[memory] != note || reach > 0x1000)
            return;
        if (target == index)
        {
            Emit(Ins.Add64((Register)target, (Register)memory));
        }
        else
        {
            Emit(Ins.Mov64((Register)target, (Register)memory));
            if (_random.Chance(20))
            {
                int shift = _random.Below(3) + 1;
                Emit(Ins.Alu64(Opcode.Lsh, (Register)index, shift));
                reach <<= shift;
                _registers[index] = new Note(Holds.Number, reach);
            }

            Emit(Ins.Add64((Register)target, (Register)index));
        }

        _registers[target] = note with { Max = note.Max + reach };
        if (_random.Chance(80))
            Access(target);
    }

    void Context()
    {
        if (_registers[6].Holds != Holds.Context)
            return;
        int target = Target();
        if (_type == ProgramType.Xdp)
        {
            short field = _random.Pick<short>([12, 16, 12, 16, 0, 4, 8]);
            Holds holds = field switch { 0 => Holds.Packet, 4 => Holds.PacketEnd, 8 => Holds.Meta, _ => Holds.Number };
            Set(target, holds == Holds.Number ? new Note(holds, uint.MaxValue) : new Note(holds, 0), Ins.Load(Opcode.W, (Register)target, Register.R6, field));
            return;
        }

        if (_random.Chance(35))
        {
            short stored = _type == ProgramType.SchedCls ? _random.Pick<short>([8, 12, 32, 44, 48, 52, 64, 72]) : _random.Pick<short>([48, 52, 56, 60, 64]);
            if (stored == 12)
                stored = 8;
            int number = Number();
            Emit(Ins.Store(Opcode.W, Register.R6, stored, (Register)number));
            return;
        }

        byte size = _random.Pick<byte>([Opcode.W, Opcode.W, Opcode.H, Opcode.B]);
        short read = (short)(_random.Pick<short>([0, 4, 8, 16, 20, 24, 32, 36, 40, 44, 48, 56, 68]) + (Bytes(size) * _random.Below(4 / Bytes(size))));
        Set(target, new Note(Holds.Number, (1UL << (8 * Bytes(size))) - 1), Ins.Load(size, (Register)target, Register.R6, read));
    }
}
