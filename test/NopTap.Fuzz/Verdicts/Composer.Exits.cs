// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

// Ways out of a function that no instruction names, and callers that believe in what such a function does behind them.
sealed partial class Composer
{
    // What one function does before and behind the place where it may end.
    sealed record Leaving(int Kind, bool FromMemory, int Before, int Behind, int Result, bool Releases);

    const int LoadsAbsolute = 0, LoadsIndexed = 1, CallsTail = 2, LoadsTwice = 3;

    bool LoadsPackets => _type is ProgramType.SchedCls or ProgramType.SocketFilter;

    void Exits()
    {
        if (_random.Chance(35) || _registers[6].Holds != Holds.Context || _functions >= MaxFunctions)
        {
            PacketLoad();
            return;
        }

        if (_held == 0 && _random.Chance(30))
            LeaveCallback();
        else
            LeaveFunction();
    }

    // r0 = bytes of the packet, where the context is at hand.
    void PacketLoad()
    {
        int context = Find(Holds.Context);
        if (context < 0 || !LoadsPackets || (_held > 0 && _chain == 0 && !_random.Chance(3)))
            return;
        if (context != 6)
        {
            Emit(Ins.Mov64(Register.R6, (Register)context));
            _registers[6] = _registers[context];
        }

        EmitPacketLoad(_random.Chance(60));
        Clobber(new Note(Holds.Number, uint.MaxValue));
    }

    // Offsets that every packet has, that some have, that none has.
    void EmitPacketLoad(bool isAbsolute)
    {
        byte size = _random.Pick<byte>([Opcode.B, Opcode.H, Opcode.W]);
        int at = _random.Pick<int>([0, 12, 13, 14, 23, 34, 60, 100, 1000, 100_000, int.MaxValue, -0x100000 + 9, -1]);
        if (isAbsolute)
        {
            Emit(Ins.LoadPacket(size, at));
            return;
        }

        int number = Find(Holds.Number);
        if (number is < 0 or 10 || _random.Chance(50))
        {
            Emit(Ins.Mov64(Register.R2, at));
            number = 2;
        }

        Emit(Ins.LoadPacket(size, (Register)number, _random.Pick<int>([0, 0, 4, 14, 2000])));
    }

    // A call of a function that may end before it has written a slot, given a result other than 0, or given something back.
    void LeaveFunction()
    {
        if (_chain >= 2)
            return;
        int slot = _random.Below(Slots);
        int bound = _random.Pick<int>([3, 7, 15]);
        bool released = _held > 0 && Find(Holds.Record) >= 0 && _random.Chance(10);
        int record = Find(Holds.Record);
        if (!_random.Chance(15))
            Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(slot), _random.Chance(60) ? _random.Below(bound + 1) : _random.Pick<int>(s_constants)));
        if (released)
            Emit(Ins.Mov64(Register.R3, (Register)record));
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, SlotOffset(slot)));
        Emit(Ins.Mov64(Register.R1, Register.R6));
        int kind = LoadsPackets ? _random.Pick<int>([LoadsAbsolute, LoadsAbsolute, LoadsIndexed, LoadsTwice, CallsTail]) : CallsTail;
        var leaving = new Leaving(kind, false, _random.Below(4), _random.Below(bound + 1), _random.Pick<int>([0, 1, bound, 1 << 20]), released);
        Enter(new Note[6], false, leaving);
        Clobber(new Note(Holds.Number, leaving.Result == 1 << 20 ? ulong.MaxValue : (ulong)bound));
        _slots[slot] = new Note(Holds.Number, (ulong)bound);
        ForgetPackets();
        Believe(slot, bound);
    }

    // What the caller makes of it: an offset in memory, a size, a test.
    void Believe(int slot, int bound)
    {
        switch (_random.Below(4))
        {
            case 0:
                Emit(Ins.Add64(Register.R0, -1));
                _registers[0] = new Note(Holds.Number, (ulong)bound);
                break;
            case 1:
                Emit(Ins.Load(Opcode.DW, Register.R7, Register.R10, SlotOffset(slot)));
                _registers[7] = new Note(Holds.Number, (ulong)bound);
                break;
            case 2 when _held == 0 && !_calm:
                Jump(Ins.Jump64(_random.Pick<byte>([Opcode.Jeq, Opcode.Jne, Opcode.Jgt]), Register.R0, _random.Below(2), 0), _exit);
                break;
        }

        int memory = Find(Holds.Value);
        if (memory <= 5 || _registers[memory].Size - _registers[memory].Offset < 32 || _registers[memory].Max > 16)
            return;
        Emit(Ins.Load(Opcode.DW, Register.R1, Register.R10, SlotOffset(slot)));
        Emit(Ins.Mov64(Register.R2, (Register)memory));
        Emit(Ins.Add64(Register.R2, _random.Chance(50) ? Register.R0 : Register.R1));
        Emit(Ins.Load(Opcode.B, Register.R1, Register.R2, 0));
        _registers[1] = new Note(Holds.Number, 255);
        _registers[2] = default;
    }

    // The same in a callback, which finds the context in its caller's frame.
    void LeaveCallback()
    {
        if (_chain >= 2)
            return;
        int slot = 1 + _random.Below(Slots - 1);
        int bound = _random.Pick<int>([3, 7, 15]);
        Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(slot), Register.R6));
        Emit(Ins.Store(Opcode.DW, Register.R10, SlotOffset(slot - 1), _random.Chance(60) ? _random.Below(bound + 1) : _random.Pick<int>(s_constants)));
        bool each = _random.Chance(30);
        var leaving = new Leaving(LoadsPackets ? _random.Below(2) : CallsTail, true, _random.Below(4), _random.Below(bound + 1), _random.Pick<int>([0, 0, 1, 1, 2]), false);
        Emit(Ins.Mov64(Register.R1, _random.Pick<int>([1, 2, 5])));
        if (each)
            Map(1, _random.Pick<int>([World.Array, World.Hash]));
        var arguments = new Note[6];
        arguments[each ? 4 : 2] = new Note(Holds.Frame, 0, 0, 16);
        Enter(arguments, true, leaving);
        Emit(Ins.Mov64(Register.R3, Register.R10));
        Emit(Ins.Add64(Register.R3, SlotOffset(slot)));
        Emit(Ins.Mov64(Register.R4, 0));
        Finish(each ? HelperId.ForEachMapElem : HelperId.Loop);
        _slots[slot] = default;
        _slots[slot - 1] = new Note(Holds.Number, (ulong)bound);
        if (_random.Chance(50) && !_calm)
            Jump(Ins.Jump64(Opcode.Jne, Register.R0, 1, 0), _exit);
        Believe(slot - 1, bound);
    }

    void Enter(Note[] arguments, bool isCallback, Leaving leaving)
    {
        _functions++;
        var function = new Function(new Label(), arguments, isCallback, _chain + 1) { Leaving = leaving };
        _pending.Enqueue(function);
        if (!isCallback)
        {
            Jump(Ins.CallProgram(0), function.Start);
            return;
        }

        Jump(Ins.LoadWide(Register.R2, 0, PseudoSource.Function)[0], function.Start);
        Emit(default);
    }

    // r6 the context, r7 the caller's slot, r8 what it may give back.
    void WriteLeaving(Function function)
    {
        Leaving leaving = function.Leaving!;
        int argument = function.Arguments[4].Holds == Holds.Frame ? 4 : 2;
        if (leaving.FromMemory)
        {
            Emit(Ins.Load(Opcode.DW, Register.R6, (Register)argument, 0));
            Emit(Ins.Mov64(Register.R7, (Register)argument));
            Emit(Ins.Add64(Register.R7, 8));
        }
        else
        {
            Emit(Ins.Mov64(Register.R6, Register.R1));
            Emit(Ins.Mov64(Register.R7, Register.R2));
            if (leaving.Releases)
                Emit(Ins.Mov64(Register.R8, Register.R3));
        }

        if (leaving.Before == 0)
            Emit(Ins.Store(Opcode.DW, Register.R7, 0, leaving.Behind));
        for (int i = leaving.Kind == LoadsTwice ? 2 : 1; i > 0; i--)
            Leave(leaving.Kind);
        if (leaving.Before != 1)
            Emit(Ins.Store(Opcode.DW, Register.R7, 0, leaving.Behind));
        if (leaving.Releases)
        {
            Emit(Ins.Mov64(Register.R1, Register.R8));
            Emit(Ins.Mov64(Register.R2, 0));
            Emit(Ins.Call(HelperId.RingbufDiscard));
        }

        Emit(Ins.Mov64(Register.R0, leaving.Result));
        Emit(Ins.Exit());
    }

    void Leave(int kind)
    {
        if (kind != CallsTail)
        {
            EmitPacketLoad(kind != LoadsIndexed);
            return;
        }

        Emit(Ins.Mov64(Register.R1, Register.R6));
        Emit(Ins.Mov64(Register.R3, _random.Below(5)));
        Map(2, World.Programs);
        Emit(Ins.Call(HelperId.TailCall));
    }
}
