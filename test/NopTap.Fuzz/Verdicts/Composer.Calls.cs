// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

// Helpers, reservations, subprograms, callbacks, loops and tail calls.
sealed partial class Composer
{
    void Helper()
    {
        switch (_random.Below(9))
        {
            case 0:
                UpdateMap();
                break;
            case 1:
                StoreKey(World.Hash, out int slot);
                Emit(Ins.Mov64(Register.R2, Register.R10));
                Emit(Ins.Add64(Register.R2, SlotOffset(slot)));
                Map(1, World.Hash);
                Finish(HelperId.MapDeleteElem);
                break;
            case 2:
                Output();
                break;
            case 3:
                ReadKernel();
                break;
            case 4:
                Compare();
                break;
            case 5:
                Print();
                break;
            case 6 when _type != ProgramType.Xdp && _registers[6].Holds == Holds.Context:
                LoadBytesOfPacket();
                break;
            case 7:
                Map(1, World.Ring);
                Emit(Ins.Mov64(Register.R2, _random.Below(4)));
                Finish(HelperId.RingbufQuery);
                break;
            default:
                Finish(_random.Pick<HelperId>([HelperId.KtimeGetNs, HelperId.GetPrandomU32, HelperId.GetSmpProcessorId, HelperId.KtimeGetBootNs]));
                break;
        }
    }

    void Finish(HelperId helper)
    {
        Emit(Ins.Call(helper));
        Clobber(new Note(Holds.Number));
    }

    // register = memory of at least so many bytes, which a helper may write where that is asked.
    bool Memory(int register, int bytes, bool writes)
    {
        for (int i = 0; i < 3; i++)
        {
            Holds holds = _random.Pick<Holds>([Holds.Value, Holds.Frame, Holds.Packet, Holds.Record]);
            int found = Find(holds);
            if (found < 0)
                continue;
            Note note = _registers[found];
            if (holds != Holds.Frame && (note.Size - note.Offset - (int)Math.Min(note.Max, 1 << 20) < bytes || (writes && note.Map == World.Constants)))
                continue;
            if (holds == Holds.Packet && (writes || _type == ProgramType.SocketFilter))
                continue;
            Emit(Ins.Mov64((Register)register, (Register)found));
            _registers[register] = default;
            if (holds != Holds.Frame || found != 10)
                return holds != Holds.Frame;
            return StackMemory(register, bytes);
        }

        Emit(Ins.Mov64((Register)register, Register.R10));
        return StackMemory(register, bytes);
    }

    bool StackMemory(int register, int bytes)
    {
        int slots = (bytes + 7) / 8;
        int slot = slots + _random.Below(Slots - slots) - 1;
        if (slot < 0)
            slot = 0;
        Emit(Ins.Add64((Register)register, SlotOffset(slot)));
        for (int i = slot; i > slot - slots && i >= 0; i--)
            _slots[i] = new Note(Holds.Number);
        return true;
    }

    // A size: a constant, or a number that is bounded and, where it must be, not zero.
    int Size(int register, int max, bool zeroAllowed)
    {
        if (_random.Chance(55))
        {
            Emit(Ins.Mov64((Register)register, _random.Below(max) + 1));
            return max;
        }

        int number = Small(max);
        Emit(Ins.Mov64((Register)register, (Register)number));
        if (!zeroAllowed)
        {
            if (_held > 0 || _calm)
                Emit(Ins.Alu64(Opcode.Or, (Register)register, 1));
            else
                Jump(Ins.Jump64(Opcode.Jeq, (Register)register, 0, 0), _exit);
        }

        return max;
    }

    void UpdateMap()
    {
        int map = _random.Pick<int>(s_tables);
        StoreKey(map, out int slot);
        int size = (int)World.Maps[map].ValueSize;
        if (size > Slots * 8 - 16)
            return;
        if (!Memory(3, size, writes: false))
            return;
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, SlotOffset(slot)));
        Map(1, map);
        Emit(Ins.Mov64(Register.R4, _random.Below(3)));
        Finish(HelperId.MapUpdateElem);
    }

    void Output()
    {
        int max = _random.Pick<int>([1, 8, 15, 16, 24, 32]);
        Size(3, max, zeroAllowed: true);
        Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(0), Register.R3));
        _slots[0] = new Note(Holds.Number, (ulong)max);
        if (!Memory(2, max, writes: false))
            return;
        Emit(Ins.Load(Opcode.DW, Register.R3, Register.R10, SlotOffset(0)));
        if (_slots[0].Max > (ulong)max)
            Emit(Ins.Mov64(Register.R3, 1));
        Map(1, World.Ring);
        Emit(Ins.Mov64(Register.R4, 0));
        Finish(HelperId.RingbufOutput);
    }

    void ReadKernel()
    {
        int max = _random.Pick<int>([1, 7, 8, 16]);
        Size(2, max, zeroAllowed: true);
        _registers[2] = default;
        if (!Memory(1, max, writes: true))
            return;
        Emit(Ins.Mov64(Register.R3, _random.Below(3)));
        Finish(HelperId.ProbeReadKernel);
    }

    void Compare()
    {
        int size = _random.Pick<int>([1, 7, 8, 12]);
        Size(2, size, zeroAllowed: false);
        _registers[2] = default;
        if (!Memory(1, size, writes: false))
            return;
        MapValue(3, World.Constants, _random.Below(10));
        Finish(HelperId.Strncmp);
    }

    void Print()
    {
        if (_random.Chance(50))
        {
            MapValue(1, World.Constants, 0);
            Emit(Ins.Mov64(Register.R2, _random.Pick<int>([10, 16])));
            Emit(Ins.Mov64(Register.R3, 5));
            Finish(HelperId.TracePrintk);
            return;
        }

        int size = _random.Pick<int>([8, 16, 24]);
        Size(2, size, zeroAllowed: true);
        _registers[2] = default;
        if (!Memory(1, size, writes: true))
            return;
        MapValue(3, World.Constants, 0);
        Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(Slots - 1), 1));
        _slots[Slots - 1] = new Note(Holds.Number);
        Emit(Ins.Mov64(Register.R4, Register.R10));
        Emit(Ins.Add64(Register.R4, SlotOffset(Slots - 1)));
        Emit(Ins.Mov64(Register.R5, 8));
        Finish(HelperId.Snprintf);
    }

    void LoadBytesOfPacket()
    {
        int max = _random.Pick<int>([1, 4, 8, 15, 16]);
        Size(4, max, zeroAllowed: false);
        _registers[4] = default;
        if (!Memory(3, max, writes: true))
            return;
        Emit(Ins.Mov64(Register.R2, _random.Pick<int>([0, 4, 14])));
        Emit(Ins.Mov64(Register.R1, Register.R6));
        Finish(HelperId.SkbLoadBytes);
    }

    // Reserve, use, give back, on every way.
    void Reserve()
    {
        if (_held >= 2 || _depth >= 4)
            return;
        int size = _random.Pick<int>([8, 16, 24, 64]);
        Map(1, World.Ring);
        Emit(Ins.Mov64(Register.R2, size));
        Emit(Ins.Mov64(Register.R3, 0));
        Emit(Ins.Call(HelperId.RingbufReserve));
        Clobber(default);
        int kept = _random.Pick<int>([7, 8, 9]);
        for (int i = 0; i < 2 && _registers[kept].Holds == Holds.Record; i++)
            kept = kept == 9 ? 7 : kept + 1;
        var none = new Label();
        bool early = _random.Chance(40);
        if (early)
            Emit(Ins.Mov64((Register)kept, Register.R0));
        Jump(Ins.Jump64(Opcode.Jeq, early && _random.Chance(50) ? (Register)kept : Register.R0, 0, 0), none);
        if (!early)
            Emit(Ins.Mov64((Register)kept, Register.R0));
        var record = new Note(Holds.Record, 0, 0, size);
        _registers[kept] = record;
        _registers[0] = record;
        (Note[] before, Note[] slots) = Snapshot();
        _depth++;
        _held++;
        for (int i = _random.Below(3); i > 0; i--)
            Access(kept);
        bool spilled = _random.Chance(30);
        if (spilled)
        {
            Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(Slots - 1), (Register)kept));
            _slots[Slots - 1] = record;
        }

        Block(_random.Below(3));
        if (spilled && _slots[Slots - 1] == record)
            Emit(Ins.Load(Opcode.DW, Register.R1, Register.R10, SlotOffset(Slots - 1)));
        else
            Emit(Ins.Mov64(Register.R1, (Register)kept));
        Emit(Ins.Mov64(Register.R2, 0));
        Emit(Ins.Call(_random.Pick<HelperId>([HelperId.RingbufSubmit, HelperId.RingbufDiscard])));
        Clobber(default);
        _held--;
        _depth--;
        ForgetRecords();
        Place(none);
        before[kept] = default;
        before[0] = default;
        Join(before, slots);
        Set(0, new Note(Holds.Number, 1), Ins.Mov64(Register.R0, 1));
    }

    void ForgetRecords()
    {
        for (int i = 0; i < 10; i++)
        {
            if (_registers[i].Holds == Holds.Record)
                _registers[i] = default;
        }

        for (int i = 0; i < Slots; i++)
        {
            if (_slots[i].Holds == Holds.Record)
                _slots[i] = default;
        }
    }

    void Call()
    {
        if (_random.Chance(25))
        {
            CallBack();
            return;
        }

        if (_functions >= MaxFunctions || _chain >= 2)
            return;
        var arguments = new Note[6];
        bool frame = false;
        for (int register = 1; register <= 1 + _random.Below(3); register++)
        {
            int passed = _random.Below(11);
            Note note = _registers[passed];
            if (note.Holds is Holds.Nothing or Holds.Key || (passed is >= 1 and <= 5 && passed < register))
            {
                (passed, note) = (10, _registers[10]);
            }

            if (note.Holds == Holds.Record)
                return;
            Emit(Ins.Mov64((Register)register, (Register)passed));
            if (note.Holds == Holds.Frame)
            {
                frame = true;
                Emit(Ins.Add64((Register)register, -16));
                note = new Note(Holds.Value, 0, 0, 16);
            }

            arguments[register] = note;
            _registers[register] = default;
        }

        _functions++;
        var function = new Function(new Label(), arguments, false, _chain + 1);
        _pending.Enqueue(function);
        Jump(Ins.CallProgram(0), function.Start);
        Clobber(new Note(Holds.Number));
        if (frame)
            (_slots[0], _slots[1]) = (default, default);
    }

    void CallBack()
    {
        if (_functions >= MaxFunctions || _chain >= 2 || _held > 0)
            return;
        bool each = _random.Chance(40);
        var arguments = new Note[6];
        int slot = 1 + _random.Below(Slots - 1);
        for (int i = 0; i <= slot; i++)
        {
            if (i >= slot - 1)
                Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(i), _random.Below(3)));
        }

        (_slots[slot], _slots[slot - 1]) = (default, default);
        var shared = new Note(Holds.Value, 0, 0, 16);
        if (each)
        {
            int map = _random.Pick<int>([World.Array, World.Hash, World.PerProcessorArray]);
            Map(1, map);
            arguments[2] = new Note(Holds.Key, 0, 0, (int)World.Maps[map].KeySize);
            arguments[3] = new Note(Holds.Value, 0, 0, (int)World.Maps[map].ValueSize, map);
            arguments[4] = shared;
        }
        else
        {
            int number = Find(Holds.Number);
            if (number >= 0 && number != 10 && _random.Chance(40))
                Emit(Ins.Mov64(Register.R1, (Register)number));
            else
                Emit(Ins.Mov64(Register.R1, _random.Pick<int>([0, 1, 3, 10])));
            arguments[1] = new Note(Holds.Number, uint.MaxValue);
            arguments[2] = shared;
        }

        _functions++;
        var function = new Function(new Label(), arguments, true, _chain + 1);
        _pending.Enqueue(function);
        Jump(Ins.LoadWide(Register.R2, 0, PseudoSource.Function)[0], function.Start);
        Emit(default);
        Emit(Ins.Mov64(Register.R3, Register.R10));
        Emit(Ins.Add64(Register.R3, SlotOffset(slot)));
        Emit(Ins.Mov64(Register.R4, 0));
        Finish(each ? HelperId.ForEachMapElem : HelperId.Loop);
    }

    void Loop()
    {
        if (_depth >= 3 || _held > 1)
            return;
        if (_random.Chance(25))
        {
            CallBack();
            return;
        }

        for (int register = 0; register < 6; register++)
            _registers[register] = default;
        for (int register = 6; register < 10; register++)
        {
            if (_registers[register].Holds == Holds.Number)
                _registers[register] = new Note(Holds.Number);
        }

        Array.Clear(_slots);
        bool endless = _random.Chance(30);
        int counter = _random.Pick<int>([3, 4, 5]);
        int rounds = _random.Pick<int>([1, 2, 3, 4, 8]);
        if (!endless)
            Emit(Ins.Mov64((Register)counter, 0));
        int limit = -1;
        if (!endless && _random.Chance(30) && _held == 0)
        {
            limit = Small(rounds);
            if (limit == counter || limit < 6)
                limit = -1;
        }

        Note[] before = (Note[])_registers.Clone();
        var head = new Label();
        var end = new Label();
        Place(head);
        if (endless)
            Jump(Ins.MayGoto(0), end);
        bool wasCalm = _calm;
        _calm = true;
        _depth++;
        for (int i = _random.Below(3); i > 0; i--)
            LoopPiece(counter, limit, endless);
        _depth--;
        _calm = wasCalm;
        if (endless)
        {
            Jump(Ins.Jump(0), head);
        }
        else
        {
            Emit(Ins.Add64((Register)counter, 1));
            byte comparison = _random.Pick<byte>([Opcode.Jlt, Opcode.Jlt, Opcode.Jlt, Opcode.Jslt, Opcode.Jslt, Opcode.Jle, Opcode.Jne]);
            Jump(limit >= 0 ? Ins.Jump64(Opcode.Jlt, (Register)counter, (Register)limit, 0)
                : _random.Chance(80) ? Ins.Jump64(comparison, (Register)counter, rounds, 0) : Ins.Jump32(comparison, (Register)counter, rounds, 0), head);
        }

        Place(end);
        for (int register = 0; register < 10; register++)
            _registers[register] = register < 6 ? default : Note.Join(_registers[register], before[register]);
        Set(0, new Note(Holds.Number, 2), Ins.Mov64(Register.R0, 2));
    }

    // Nothing that the next round needs is lost: numbers change, memory is touched, the frame's first slots are used.
    // Where nothing bounds the rounds, numbers that differ in each of them and are tested cost millions of instructions.
    void LoopPiece(int counter, int limit, bool endless)
    {
        int number = _random.Pick<int>([7, 8, 9]);
        int memory = _random.Chance(50) ? Find(Holds.Value) : Find(Holds.Packet);
        switch (_random.Below(5))
        {
            case 0 when endless:
                Emit(Ins.Alu64(_random.Pick<byte>([Opcode.And, Opcode.Or]), (Register)number, _random.Pick<int>(s_constants)));
                _registers[number] = new Note(Holds.Number);
                break;
            case 0 when number != limit && _registers[number].Holds == Holds.Number:
                Emit(Ins.Alu64(_random.Pick<byte>([Opcode.Add, Opcode.Xor, Opcode.And, Opcode.Or]), (Register)number, _random.Pick<int>(s_constants)));
                break;
            case 1:
                Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(_random.Below(4)), (Register)counter));
                break;
            case 2 when memory > 5:
                Note note = _registers[memory];
                if (note.Size - note.Offset - (int)Math.Min(note.Max, 1 << 20) >= 8)
                    Emit(Ins.Load(_random.Pick<byte>(s_sizes), Register.R2, (Register)memory, 0));
                break;
            case 3 when counter == 3 && memory > 5 && _registers[memory].Holds == Holds.Value && _registers[memory].Size - _registers[memory].Offset >= 16:
                Emit(Ins.Mov64(Register.R2, (Register)memory));
                Emit(Ins.Add64(Register.R2, (Register)counter));
                Emit(Ins.Load(Opcode.B, Register.R2, Register.R2, 0));
                break;
            default:
                var skip = new Label();
                if (endless || _registers[number].Holds != Holds.Number || number == limit)
                    break;
                Jump(Ins.Jump64(_random.Pick<byte>(s_comparisons), (Register)number, _random.Pick<int>(s_constants), 0), skip);
                Emit(Ins.Add64((Register)number, 1));
                Place(skip);
                break;
        }
    }

    void TailCall()
    {
        if (_registers[6].Holds != Holds.Context)
            return;
        int number = Find(Holds.Number);
        Emit(number >= 0 && number != 10 && _random.Chance(50) ? Ins.Mov64(Register.R3, (Register)number) : Ins.Mov64(Register.R3, _random.Below(5)));
        Emit(Ins.Mov64(Register.R1, Register.R6));
        Map(2, World.Programs);
        Emit(Ins.Call(HelperId.TailCall));
        Clobber(default);
        ForgetPackets();
        if (_random.Chance(60))
            Set(0, new Note(Holds.Number, 1), Ins.Mov64(Register.R0, 1));
    }
}
