// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

// Values with a lock, and code that cannot run.
sealed partial class Composer
{
    // Look up, lock, touch what lies around the lock, unlock; now and then a thing that may not be.
    void Lock()
    {
        if (_type == ProgramType.SocketFilter || _held > 0 || _calm)
            return;
        StoreKey(World.Locked, out int slot);
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, SlotOffset(slot)));
        Map(1, World.Locked);
        Emit(Ins.Call(HelperId.MapLookupElem));
        Clobber(default);
        Jump(Ins.Jump64(Opcode.Jeq, Register.R0, 0, 0), _exit);
        int kept = _random.Pick<int>([7, 8, 9]);
        Emit(Ins.Mov64((Register)kept, Register.R0));
        Emit(Ins.Mov64(Register.R1, Register.R0));
        Emit(Ins.Add64(Register.R1, World.LockOffset));
        Emit(Ins.Call(HelperId.SpinLock));
        Clobber(default);
        _registers[kept] = default;
        for (int i = _random.Below(4); i > 0; i--)
            UnderLock(kept);
        Emit(Ins.Mov64(Register.R1, (Register)kept));
        Emit(Ins.Add64(Register.R1, World.LockOffset));
        Emit(Ins.Call(HelperId.SpinUnlock));
        Clobber(default);
        Set(0, new Note(Holds.Number, 1), Ins.Mov64(Register.R0, 1));
    }

    void UnderLock(int kept)
    {
        short at = _random.Chance(95) ? _random.Pick<short>([0, 4, 12, 16, 24]) : World.LockOffset;
        switch (_random.Below(20))
        {
            case < 8:
                Emit(Ins.Load(Opcode.W, Register.R1, (Register)kept, at));
                break;
            case < 16:
                Emit(Ins.Store(Opcode.W, (Register)kept, at, 3));
                break;
            case < 18:
                Emit(Ins.Load(Opcode.W, Register.R1, (Register)kept, 0));
                Jump(Ins.Jump64(Opcode.Jeq, Register.R1, 0, 0), _random.Chance(10) ? _exit : Here(2));
                Emit(Ins.Store(Opcode.W, (Register)kept, 16, 1));
                break;
            case 18 when LoadsPackets && _registers[6].Holds == Holds.Context:
                EmitPacketLoad(true);
                break;
            default:
                Emit(Ins.Mov64(Register.R1, 0));
                break;
        }
    }

    // The place behind so many instructions from here.
    Label Here(int instructions) => new() { Slot = _code.Count + instructions };

    // Values that programs only read, or only write.
    void OneWay()
    {
        int map = _random.Chance(50) ? World.ReadOnly : World.WriteOnly;
        StoreKey(map, out int slot);
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, SlotOffset(slot)));
        Map(1, map);
        Emit(Ins.Call(HelperId.MapLookupElem));
        Clobber(default);
        var none = new Label();
        Jump(Ins.Jump64(Opcode.Jeq, Register.R0, 0, 0), none);
        bool reads = _random.Chance(85) == (map == World.ReadOnly);
        if (reads)
            Emit(Ins.Load(_random.Pick<byte>(s_sizes), Register.R1, Register.R0, 8));
        else if (_random.Chance(70))
            Emit(Ins.Store(_random.Pick<byte>(s_sizes), Register.R0, 8, 5));
        else
            Increment();
        Place(none);
        Clobber(default);
    }

    void Increment()
    {
        Emit(Ins.Mov64(Register.R1, 1));
        Emit(Ins.Atomic(Opcode.DW, AtomicOperation.Add, Register.R0, 8, Register.R1));
    }

    // A helper, a map, an access that would be refused, where nothing comes.
    void Dead()
    {
        int target = Target();
        int constant = _random.Below(4);
        Set(target, new Note(Holds.Number, (ulong)constant), Ins.Mov64((Register)target, constant));
        var skip = new Label();
        Jump(Ins.Jump64(Opcode.Jeq, (Register)target, constant, 0), skip);
        switch (_random.Below(5))
        {
            case 0:
                Emit(Ins.Call(_random.Pick<HelperId>([HelperId.GetCurrentPidTgid, HelperId.XdpAdjustHead, HelperId.SkbLoadBytes, HelperId.RingbufReserve])));
                break;
            case 1:
                Map(1, World.Wide);
                break;
            case 2:
                Emit(Ins.Load(Opcode.DW, Register.R0, (Register)target, 100));
                break;
            case 3 when LoadsPackets:
                EmitPacketLoad(true);
                break;
            default:
                Emit(Ins.Store(Opcode.DW, Register.R10, 8, 0));
                break;
        }

        Place(skip);
    }
}
