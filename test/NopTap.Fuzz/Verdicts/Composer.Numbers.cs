// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

// Arithmetic, tests and bounds.
sealed partial class Composer
{
    static readonly byte[] s_operations = [Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.And, Opcode.Or, Opcode.Xor, Opcode.Lsh, Opcode.Rsh, Opcode.Arsh, Opcode.Div, Opcode.Mod];
    static readonly byte[] s_comparisons = [Opcode.Jeq, Opcode.Jne, Opcode.Jset, Opcode.Jgt, Opcode.Jge, Opcode.Jlt, Opcode.Jle, Opcode.Jsgt, Opcode.Jsge, Opcode.Jslt, Opcode.Jsle];

    void Arithmetic()
    {
        int target = Number();
        if (target is 6 or 10)
            return;
        switch (_random.Below(12))
        {
            case 0:
                Move(target);
                break;
            case 1:
                Extend(target);
                break;
            case 2:
                SwapBytes(target);
                break;
            case 3:
                Set(target, new Note(Holds.Number), _random.Chance(60) ? Ins.Neg64((Register)target) : Ins.Neg32((Register)target));
                break;
            case 4:
                Bound(target, _random.Pick<int>([1, 3, 7, 8, 15, 16, 31, 63, 100, 255, 4095]));
                break;
            case 5:
                // An address of memory and a number of it: differences of addresses are numbers.
                Set(target, new Note(Holds.Number, ulong.MaxValue), Ins.Mov64((Register)target, _random.Pick<int>(s_constants)));
                break;
            default:
                Operate(target);
                break;
        }
    }

    void Operate(int target)
    {
        byte operation = _random.Pick<byte>(s_operations);
        bool wide = _random.Chance(65);
        if (_random.Chance(45))
        {
            int source = Number();
            if (_registers[target].Holds != Holds.Number)
                return;
            short signed = operation is Opcode.Div or Opcode.Mod && _random.Chance(40) ? (short)1 : (short)0;
            Set(target, new Note(Holds.Number, wide ? ulong.MaxValue : uint.MaxValue),
                new Instruction((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | operation | Opcode.X), (Register)target, (Register)source, signed, 0));
            return;
        }

        int constant = _random.Pick<int>(s_constants);
        if (operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh)
            constant = _random.Below(wide ? 64 : 32);
        if (operation is Opcode.Div or Opcode.Mod && constant == 0)
            constant = 3;
        ulong max = wide ? ulong.MaxValue : uint.MaxValue;
        ulong before = _registers[target].Max;
        if (operation == Opcode.And && constant >= 0)
            max = Math.Min(before, (uint)constant);
        else if (operation == Opcode.Rsh && wide)
            max = before >> constant;
        else if (operation == Opcode.Add && constant is >= 0 and < 0x10000 && before < 0x10000)
            max = before + (uint)constant;
        short offset = operation is Opcode.Div or Opcode.Mod && _random.Chance(30) ? (short)1 : (short)0;
        Set(target, new Note(Holds.Number, max),
            new Instruction((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | operation), (Register)target, 0, offset, constant));
    }

    void Move(int source)
    {
        int target = Target();
        bool wide = _random.Chance(70);
        Note note = _registers[source];
        Set(target, wide ? note : note with { Max = Math.Min(note.Max, uint.MaxValue) },
            wide ? Ins.Mov64((Register)target, (Register)source) : Ins.Mov32((Register)target, (Register)source));
    }

    void Extend(int source)
    {
        int target = _random.Chance(50) ? source : Target();
        bool wide = _random.Chance(70);
        short bits = wide ? _random.Pick<short>([8, 16, 32]) : _random.Pick<short>([8, 16]);
        ulong max = _registers[source].Max < 1UL << (bits - 1) ? _registers[source].Max : ulong.MaxValue;
        Set(target, new Note(Holds.Number, max), Ins.MoveSignExtended((Register)target, (Register)source, bits, wide));
    }

    void SwapBytes(int target)
    {
        int bits = _random.Pick<int>([16, 32, 64]);
        Instruction swap = _random.Below(3) switch
        {
            0 => Ins.ByteSwap((Register)target, bits),
            1 => Ins.ToBigEndian((Register)target, bits),
            _ => Ins.ToLittleEndian((Register)target, bits),
        };
        Set(target, new Note(Holds.Number, bits == 64 ? ulong.MaxValue : (1UL << bits) - 1), swap);
    }

    void Branching()
    {
        if (_random.Chance(40))
        {
            Bound(Number(), _random.Pick<int>([1, 7, 15, 16, 40, 255, 1000]));
            return;
        }

        If(Condition());
    }

    // if (condition) { ... } else { ... }, and what holds on both ways afterwards.
    void If(Instruction condition)
    {
        if (_depth >= 3)
            return;
        var otherwise = new Label();
        var end = new Label();
        Jump(condition, otherwise);
        (Note[] registers, Note[] slots) = Snapshot();
        _depth++;
        Block(_random.Below(3));
        if (_random.Chance(40))
        {
            Jump(Ins.Jump(0), end);
            Place(otherwise);
            (Note[] thenRegisters, Note[] thenSlots) = Snapshot();
            (_registers, _slots) = (registers, slots);
            Block(_random.Below(3));
            Place(end);
            Join(thenRegisters, thenSlots);
        }
        else
        {
            Place(otherwise);
            Join(registers, slots);
        }

        _depth--;
    }

    (Note[] Registers, Note[] Slots) Snapshot() => ((Note[])_registers.Clone(), (Note[])_slots.Clone());

    void Join(Note[] registers, Note[] slots)
    {
        for (int i = 0; i < registers.Length; i++)
            _registers[i] = Note.Join(_registers[i], registers[i]);
        for (int i = 0; i < slots.Length; i++)
            _slots[i] = Note.Join(_slots[i], slots[i]);
    }

    Instruction Condition()
    {
        int left = Number();
        byte comparison = _random.Pick<byte>(s_comparisons);
        bool wide = _random.Chance(65);
        int right = Find(Holds.Number);
        if (right >= 0 && _random.Chance(35))
            return wide ? Ins.Jump64(comparison, (Register)left, (Register)right, 0) : Ins.Jump32(comparison, (Register)left, (Register)right, 0);
        int constant = _random.Pick<int>(s_constants);
        return wide ? Ins.Jump64(comparison, (Register)left, constant, 0) : Ins.Jump32(comparison, (Register)left, constant, 0);
    }

    /// <summary>Makes a number at most so large, in one of the ways in which programs do.</summary>
    void Bound(int register, int max)
    {
        if (register is 6 or 10)
            return;
        int mask = (int)(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)max + 2) / 2) - 1;
        var r = (Register)register;
        switch (_held > 0 || _calm ? _random.Below(2) : _random.Below(12))
        {
            case 0:
                Emit(_random.Chance(70) ? Ins.Alu64(Opcode.And, r, mask) : Ins.Alu32(Opcode.And, r, mask));
                break;
            case 1:
                Emit(Ins.Alu64(Opcode.And, r, mask));
                break;
            case 2:
                Jump(Ins.Jump64(Opcode.Jgt, r, max, 0), _exit);
                break;
            case 3:
                Jump(Ins.Jump64(Opcode.Jge, r, max + 1, 0), _exit);
                break;
            case 4:
                Jump(Ins.Jump64(Opcode.Jsgt, r, max, 0), _exit);
                Jump(Ins.Jump64(Opcode.Jslt, r, 0, 0), _exit);
                break;
            case 5:
                Jump(Ins.Jump64(Opcode.Jslt, r, _random.Below(max + 1), 0), _exit);
                Jump(Ins.Jump64(Opcode.Jsge, r, max + 1, 0), _exit);
                break;
            case 6:
                Jump(Ins.Jump32(Opcode.Jgt, r, max, 0), _exit);
                Emit(Ins.Mov32(r, r));
                break;
            case 7:
                Emit(Ins.Mov32(r, r));
                Jump(Ins.Jump32(Opcode.Jge, r, max + 1, 0), _exit);
                break;
            case 8:
                var fine = new Label();
                Jump(Ins.Jump64(_random.Chance(50) ? Opcode.Jle : Opcode.Jlt, r, max, 0), fine);
                Jump(Ins.Jump(0), _exit);
                Place(fine);
                break;
            case 9:
                Jump(Ins.Jump64(Opcode.Jset, r, ~mask, 0), _exit);
                break;
            case 10:
                BoundByCopy(register, max);
                break;
            default:
                Emit(Ins.Alu64(Opcode.Rsh, r, 64 - System.Numerics.BitOperations.Log2((uint)mask + 1)));
                break;
        }

        _registers[register] = new Note(Holds.Number, (ulong)max);
    }

    void BoundByCopy(int register, int max)
    {
        int copy = Target();
        if (copy == register)
            return;
        Set(copy, new Note(Holds.Number, (ulong)max), _random.Chance(50) ? Ins.Mov64((Register)copy, (Register)register) : Ins.Mov64((Register)copy, max));
        bool constant = _code[^1].UsesSourceRegister is false;
        if (constant)
            Jump(Ins.Jump64(Opcode.Jgt, (Register)register, (Register)copy, 0), _exit);
        else
            Jump(Ins.Jump64(Opcode.Jgt, (Register)copy, max, 0), _exit);
    }

    /// <summary>A number that is at most so large.</summary>
    int Small(int max)
    {
        for (int i = 0; i < 4; i++)
        {
            int known = Find(Holds.Number);
            if (known >= 0 && _registers[known].Max <= (ulong)max)
                return known;
        }

        int number = Number();
        Bound(number, max);
        return number;
    }
}
