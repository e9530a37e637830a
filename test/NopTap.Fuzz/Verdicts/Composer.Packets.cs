// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

// Packets: loading their bounds, comparing in every form, reading and writing what was compared.
sealed partial class Composer
{
    (short Data, short End, short Meta) PacketFields => _type == ProgramType.Xdp ? ((short)0, (short)4, (short)8) : ((short)76, (short)80, (short)140);

    void LoadPacket()
    {
        if (_registers[6].Holds != Holds.Context || _type == ProgramType.SocketFilter)
            return;
        (int data, int end) = _random.Chance(70) ? (7, 8) : (2, 3);
        Set(data, new Note(Holds.Packet, 0), Ins.Load(Opcode.W, (Register)data, Register.R6, PacketFields.Data));
        Set(end, new Note(Holds.PacketEnd), Ins.Load(Opcode.W, (Register)end, Register.R6, PacketFields.End));
    }

    void Packets()
    {
        int packet = Find(Holds.Packet);
        int end = Find(Holds.PacketEnd);
        if (packet < 0 || end < 0)
        {
            if (_held == 0 && !_calm)
                LoadPacket();
            return;
        }

        if (_registers[packet].Size > _registers[packet].Offset && _random.Chance(55))
        {
            AccessPacket(packet);
            return;
        }

        if (_held > 0 || _calm)
            return;
        switch (_random.Below(8))
        {
            case 0:
                AdjustPacket();
                break;
            case 1:
                Meta(packet);
                break;
            default:
                Compare(packet, end, PacketFields.End);
                break;
        }
    }

    // probe = packet (+ index) + n; if probe lies behind the end, leave.
    void Compare(int packet, int end, short endField)
    {
        Note note = _registers[packet];
        if (_random.Chance(35) && note.Max == 0)
        {
            int index = Small(_random.Pick<int>([3, 15, 255, 0x3ff]));
            int moved = _random.Pick<int>([2, 3, 4, 5, 1]);
            if (moved == packet || moved == end || moved == index || _registers[packet].Holds != Holds.Packet)
                return;
            Emit(Ins.Mov64((Register)moved, (Register)packet));
            Emit(Ins.Add64((Register)moved, (Register)index));
            _registers[moved] = note with { Max = _registers[index].Max, Size = 0 };
            (packet, note) = (moved, _registers[moved]);
        }

        int probe = Target();
        if (probe == packet || probe == end)
            return;
        int bytes = _random.Pick<int>([1, 2, 4, 8, 14, 20, 34, 60]);
        Emit(Ins.Mov64((Register)probe, (Register)packet));
        Emit(Ins.Add64((Register)probe, bytes));
        if (_registers[end].Holds != Holds.PacketEnd)
            Set(end, new Note(Holds.PacketEnd), Ins.Load(Opcode.W, (Register)end, Register.R6, endField));
        EndTest(probe, end);
        _registers[probe] = note with { Offset = note.Offset + bytes, Size = note.Offset + bytes };
        Extend(packet, note.Offset + bytes);
    }

    void Extend(int packet, int known)
    {
        Note before = _registers[packet];
        for (int register = 0; register < 10; register++)
        {
            if (_registers[register].Holds == before.Holds && _registers[register].Max == 0 && before.Max == 0)
                _registers[register] = _registers[register] with { Size = Math.Max(_registers[register].Size, known) };
        }

        _registers[packet] = before with { Size = Math.Max(before.Size, known) };
    }

    // The eight forms in which a compiler asks whether an address lies behind the end.
    void EndTest(int probe, int end)
    {
        (Register p, Register e) = ((Register)probe, (Register)end);
        int form = _random.Below(8);
        if (form < 4)
        {
            Jump(form switch
            {
                0 => Ins.Jump64(Opcode.Jgt, p, e, 0),
                1 => Ins.Jump64(Opcode.Jge, p, e, 0),
                2 => Ins.Jump64(Opcode.Jlt, e, p, 0),
                _ => Ins.Jump64(Opcode.Jle, e, p, 0),
            }, _exit);
            return;
        }

        var fine = new Label();
        Jump(form switch
        {
            4 => Ins.Jump64(Opcode.Jle, p, e, 0),
            5 => Ins.Jump64(Opcode.Jlt, p, e, 0),
            6 => Ins.Jump64(Opcode.Jge, e, p, 0),
            _ => Ins.Jump64(Opcode.Jgt, e, p, 0),
        }, fine);
        Jump(Ins.Jump(0), _exit);
        Place(fine);
    }

    void AccessPacket(int packet)
    {
        Note note = _registers[packet];
        byte size = _random.Pick<byte>(s_sizes);
        int lowest = _random.Chance(25) ? -note.Offset : 0;
        int room = note.Size - note.Offset - Bytes(size) - lowest;
        if (room < 0)
            return;
        short at = (short)(lowest + _random.Below(room + 1));
        if (_random.Chance(30) && note.Holds == Holds.Packet)
        {
            int source = Find(Holds.Number);
            Emit(source >= 0 && source != 10 && _random.Chance(60)
                ? Ins.Store(size, (Register)packet, at, (Register)source)
                : Ins.Store(size, (Register)packet, at, 7));
            return;
        }

        Load(Target(), packet, size, at);
    }

    void Meta(int packet)
    {
        if (_registers[6].Holds != Holds.Context || _registers[packet] is not { Max: 0, Offset: 0 })
            return;
        Set(4, new Note(Holds.Meta, 0), Ins.Load(Opcode.W, Register.R4, Register.R6, PacketFields.Meta));
        Emit(Ins.Mov64(Register.R5, Register.R4));
        Emit(Ins.Add64(Register.R5, 4));
        _registers[5] = default;
        if (packet is 4 or 5)
            return;
        EndTest(5, packet);
        _registers[4] = new Note(Holds.Meta, 0, 0, 4);
        AccessPacket(4);
    }

    void AdjustPacket()
    {
        if (_type != ProgramType.Xdp || _registers[6].Holds != Holds.Context)
            return;
        Emit(Ins.Mov64(Register.R1, Register.R6));
        Emit(Ins.Mov64(Register.R2, _random.Pick<int>([-8, -4, 4, 8])));
        Emit(Ins.Call(_random.Pick<HelperId>([HelperId.XdpAdjustHead, HelperId.XdpAdjustTail, HelperId.XdpAdjustMeta])));
        Clobber(new Note(Holds.Number));
        ForgetPackets();
        if (_random.Chance(80))
            LoadPacket();
    }

    void ForgetPackets()
    {
        for (int i = 0; i < 10; i++)
        {
            if (_registers[i].Holds is Holds.Packet or Holds.PacketEnd or Holds.Meta)
                _registers[i] = default;
        }

        for (int i = 0; i < Slots; i++)
        {
            if (_slots[i].Holds is Holds.Packet or Holds.PacketEnd or Holds.Meta)
                _slots[i] = default;
        }
    }
}
