// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Random programs that are nearly right: arithmetic, forward branches, bounded loops, stack, map values, packets, subprograms.</summary>
/// <remarks>It keeps a rough idea of what registers hold so that many programs are accepted, and errs now and then so that many are not.</remarks>
sealed class ClassicGenerator(int seed)
{
    enum Kind
    {
        None,
        Scalar,
        Context,
        Stack,
        MapValue,
        Packet,
        PacketEnd,
    }

    static readonly byte[] s_sizes = [Opcode.B, Opcode.H, Opcode.W, Opcode.DW];
    static readonly byte[] s_operations = [Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.And, Opcode.Or, Opcode.Xor, Opcode.Lsh, Opcode.Rsh, Opcode.Arsh, Opcode.Mov, Opcode.Div, Opcode.Mod];
    static readonly byte[] s_comparisons = [Opcode.Jeq, Opcode.Jne, Opcode.Jset, Opcode.Jgt, Opcode.Jge, Opcode.Jlt, Opcode.Jle, Opcode.Jsgt, Opcode.Jsge, Opcode.Jslt, Opcode.Jsle];
    static readonly int[] s_constants = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 47, 48, 63, 64, 255, 256, 1000, 0xffff, int.MaxValue, -1, -2, -8, -16, -64, int.MinValue];

    readonly Random _random = new(seed);
    readonly List<Instruction> _code = [];
    readonly List<MapReference> _references = [];
    readonly List<(int Branch, int Left)> _open = [];
    readonly Kind[] _kinds = new Kind[11];
    readonly List<(int Call, Kind Argument)> _calls = [];
    readonly List<int> _callbacks = [];
    readonly List<int> _starts = [0];

    public ProgramSpec Generate()
    {
        Prologue();
        int length = _random.Next(5, 45);
        for (int i = 0; i < length; i++)
        {
            Piece();
            CloseBranches();
        }

        if (_kinds[0] != Kind.Scalar || _random.Next(4) != 0)
            Emit(Ins.Mov64(Register.R0, _random.Next(5)));
        int exit = _code.Count;
        Emit(new Instruction(Opcode.Jmp | Opcode.Exit, 0, 0, 0));
        foreach ((int branch, _) in _open)
            _code[branch] = _code[branch] with { Offset = (short)(exit - branch - 1) };
        for (int i = 0; i < _code.Count; i++)
        {
            if (_code[i] is { Offset: short.MaxValue } branch && branch.IsConditionalJump)
                _code[i] = branch with { Offset = (short)(exit - i - 1) };
        }

        Subprograms();
        _starts.Add(_code.Count);
        return new ProgramSpec
        {
            Name = $"fuzz{seed}",
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            License = "GPL",
            Instructions = [.. _code],
            Functions = [.. _starts.SkipLast(1).Select((start, i) => new FunctionSpec($"f{i}", start, _starts[i + 1] - start, i == 0, i + 1))],
            References = [.. _references],
        };
    }

    void Emit(Instruction instruction) => _code.Add(instruction);

    void Prologue()
    {
        _kinds[1] = Kind.Context;
        _kinds[10] = Kind.Stack;
        Emit(Ins.Mov64(Register.R6, Register.R1));
        _kinds[6] = Kind.Context;
        Set(7, Kind.Packet, Ins.Load(Opcode.W, Register.R7, Register.R6, 0));
        Set(8, Kind.PacketEnd, Ins.Load(Opcode.W, Register.R8, Register.R6, 4));
        Set(9, Kind.Scalar, Ins.Load(Opcode.W, Register.R9, Register.R6, 12));
        Set(0, Kind.Scalar, Ins.Mov64(Register.R0, Pick(s_constants)));
    }

    void Set(int register, Kind kind, Instruction instruction)
    {
        Emit(instruction);
        _kinds[register] = kind;
    }

    T Pick<T>(T[] values) => values[_random.Next(values.Length)];

    int PickRegister(Kind kind)
    {
        if (_random.Next(40) == 0)
            return _random.Next(11);
        int start = _random.Next(11);
        for (int i = 0; i < 11; i++)
        {
            int register = (start + i) % 11;
            if (_kinds[register] == kind)
                return register;
        }

        return -1;
    }

    int Target() => _random.Next(60) == 0 ? _random.Next(10) : Pick([0, 1, 2, 3, 4, 5, 9, 0, 2, 3]);

    void Piece()
    {
        switch (_random.Next(20))
        {
            case 0 or 1 or 2 or 3:
                Arithmetic();
                break;
            case 4 or 5:
                Branch();
                break;
            case 6:
                StackStore();
                break;
            case 7:
                StackLoad();
                break;
            case 8:
                MapLookup();
                break;
            case 9:
                MapAccess();
                break;
            case 10:
                PacketCheck();
                break;
            case 11:
                PacketAccess();
                break;
            case 12:
                Loop();
                break;
            case 13 or 14:
                Bound();
                break;
            case 15:
                Reservation();
                break;
            case 16:
                MapUpdate();
                break;
            case 17:
                Atomic();
                break;
            case 18:
                Call();
                break;
            default:
                CallBack();
                break;
        }
    }

    void Clobbered()
    {
        for (int register = 1; register <= 5; register++)
            _kinds[register] = Kind.None;
        _kinds[0] = Kind.Scalar;
    }

    void Map(Register register, int map)
    {
        _references.Add(new MapReference(_code.Count, map, false, 0));
        foreach (Instruction half in Ins.LoadWide(register, (ulong)map, PseudoSource.MapIndex))
            Emit(half);
    }

    // Reserve, fill and give back; now and then something is left out.
    void Reservation()
    {
        Map(Register.R1, 2);
        Emit(Ins.Mov64(Register.R2, 24));
        Emit(Ins.Mov64(Register.R3, 0));
        Emit(Ins.CallHelper((int)HelperId.RingbufReserve));
        Clobbered();
        if (_random.Next(10) != 0)
            Emit(new Instruction(Opcode.Jmp | Opcode.Jeq, Register.R0, 0, short.MaxValue, 0));
        int scalar = PickRegister(Kind.Scalar);
        if (scalar > 5 && scalar < 10)
            Emit(Ins.Store(Opcode.W, Register.R0, Pick<short>([0, 4, 16, 20, 22]), (Register)scalar));
        if (_random.Next(6) == 0)
            Emit(Ins.Store(Opcode.DW, Register.R10, -64, Register.R0));
        Emit(Ins.Mov64(Register.R1, Register.R0));
        Emit(Ins.Mov64(Register.R2, 0));
        if (_random.Next(12) != 0)
            Emit(Ins.CallHelper((int)Pick([HelperId.RingbufSubmit, HelperId.RingbufDiscard])));
        Clobbered();
        Set(0, Kind.Scalar, Ins.Mov64(Register.R0, 1));
    }

    void MapUpdate()
    {
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, Pick([-8, -16, -24])));
        int value = PickRegister(Kind.MapValue);
        Emit(Ins.Mov64(Register.R3, value is >= 0 and not 2 && _random.Next(2) == 0 ? (Register)value : Register.R10));
        Emit(Ins.Add64(Register.R3, value >= 0 ? Pick([0, 0, -16, -48]) : Pick([-16, -48, -8])));
        Map(Register.R1, _random.Next(2));
        Emit(Ins.Mov64(Register.R4, 0));
        Emit(Ins.CallHelper((int)HelperId.MapUpdateElem));
        Clobbered();
    }

    void Atomic()
    {
        int target = _random.Next(3) == 0 ? 10 : PickRegister(Kind.MapValue);
        int source = PickRegister(Kind.Scalar);
        if (target < 0 || source < 0 || source == 10)
            return;
        int operation = Pick([AtomicOperation.Add, AtomicOperation.Add | AtomicOperation.Fetch, AtomicOperation.Exchange, AtomicOperation.CompareExchange, AtomicOperation.Xor]);
        byte size = Pick([Opcode.W, Opcode.DW]);
        Emit(new Instruction((byte)(Opcode.Stx | Opcode.Atomic | size), (Register)target, (Register)source, target == 10 ? (short)-16 : Pick<short>([0, 8, 4]), operation));
        if (operation == AtomicOperation.CompareExchange)
            _kinds[0] = Kind.Scalar;
    }

    // Subprograms are written behind the main function; what they get is a number or an address of any kind.
    void Call()
    {
        int argument = _random.Next(11);
        if (_kinds[argument] == Kind.None)
            argument = 10;
        Emit(Ins.Mov64(Register.R1, (Register)argument));
        if (argument == 10)
            Emit(Ins.Add64(Register.R1, Pick([-8, -16, -32])));
        Kind kind = _kinds[argument];
        int scalar = PickRegister(Kind.Scalar);
        Emit(Ins.Mov64(Register.R2, scalar is >= 0 and not 1 ? (Register)scalar : Register.R10));
        _calls.Add((_code.Count, kind));
        Emit(Ins.CallProgram(0));
        Clobbered();
    }

    void CallBack()
    {
        Emit(Ins.Mov64(Register.R1, Pick([1, 3, 10])));
        _callbacks.Add(_code.Count);
        foreach (Instruction half in Ins.LoadWide(Register.R2, 0, PseudoSource.Function))
            Emit(half);
        Emit(Ins.Mov64(Register.R3, Register.R10));
        Emit(Ins.Add64(Register.R3, Pick([-8, -16, -24])));
        Emit(Ins.Mov64(Register.R4, 0));
        Emit(Ins.CallHelper((int)HelperId.Loop));
        Clobbered();
    }

    void Subprograms()
    {
        foreach ((int call, Kind kind) in _calls)
        {
            _code[call] = _code[call] with { Immediate = _code.Count - call - 1 };
            _starts.Add(_code.Count);
            short offset = Pick<short>([0, 0, 4, 8, 12]);
            byte size = kind == Kind.Context ? Opcode.W : Pick(s_sizes);
            if (kind == Kind.Scalar)
                Emit(Ins.Mov64(Register.R0, Register.R1));
            else
                Emit(Ins.Load(size, Register.R0, Register.R1, offset));
            if (kind is Kind.Stack or Kind.MapValue && _random.Next(2) == 0)
                Emit(Ins.Store(Opcode.DW, Register.R1, 0, Register.R2));
            if (_random.Next(2) == 0)
                Emit(new Instruction((byte)(Opcode.Jmp | Pick(s_comparisons)), Register.R2, 0, 1, Pick(s_constants)));
            Emit(Ins.Mov64(Register.R0, _random.Next(30)));
            Emit(new Instruction(Opcode.Jmp | Opcode.Exit, 0, 0, 0));
        }

        foreach (int load in _callbacks)
        {
            _code[load] = _code[load] with { Immediate = _code.Count - load - 1 };
            _starts.Add(_code.Count);
            Emit(Ins.Load(Pick([Opcode.W, Opcode.DW]), Register.R3, Register.R2, 0));
            Emit(Ins.Alu64(Pick([Opcode.Add, Opcode.And, Opcode.Xor, Opcode.Mov]), Register.R3, Pick(s_constants)));
            if (_random.Next(2) == 0)
                Emit(new Instruction((byte)(Opcode.Jmp | Pick(s_comparisons)), Register.R3, 0, 1, Pick(s_constants)));
            Emit(Ins.Store(Pick([Opcode.W, Opcode.DW]), Register.R2, 0, Register.R3));
            Emit(Ins.Mov64(Register.R0, _random.Next(12) == 0 ? 2 : _random.Next(2)));
            Emit(new Instruction(Opcode.Jmp | Opcode.Exit, 0, 0, 0));
        }
    }

    void Arithmetic()
    {
        int target = PickRegister(Kind.Scalar);
        if (target is < 0 or 10 || _random.Next(5) == 0)
        {
            target = Target();
            if (target == 10)
                return;
            if (_random.Next(3) == 0)
                Set(target, Kind.Scalar, Ins.Mov64((Register)target, Pick(s_constants)));
            else
                Set(target, Kind.Scalar, Ins.Load(Opcode.W, (Register)target, Register.R6, 12));
            return;
        }

        byte operation = Pick(s_operations);
        bool wide = _random.Next(3) != 0;
        int source = PickRegister(Kind.Scalar);
        if (source >= 0 && _random.Next(2) == 0)
        {
            short extend = operation == Opcode.Mov && _random.Next(3) == 0 ? Pick<short>([8, 16, 32]) : (short)0;
            if (!wide && extend == 32)
                extend = 16;
            Set(target, Kind.Scalar, new Instruction((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | operation | Opcode.X), (Register)target, (Register)source, extend, 0));
            return;
        }

        int constant = Pick(s_constants);
        if (operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh)
            constant = _random.Next(wide ? 64 : 32);
        if (operation is Opcode.Div or Opcode.Mod && constant == 0)
            constant = 3;
        Set(target, Kind.Scalar, wide ? Ins.Alu64(operation, (Register)target, constant) : Ins.Alu32(operation, (Register)target, constant));
    }

    void Branch()
    {
        int left = PickRegister(Kind.Scalar);
        if (left < 0)
            return;
        int right = PickRegister(Kind.Scalar);
        byte type = _random.Next(3) != 0 ? Opcode.Jmp : Opcode.Jmp32;
        _open.Add((_code.Count, _random.Next(1, 8)));
        if (right >= 0 && _random.Next(3) == 0)
            Emit(new Instruction((byte)(type | Pick(s_comparisons) | Opcode.X), (Register)left, (Register)right, 0, 0));
        else
            Emit(new Instruction((byte)(type | Pick(s_comparisons)), (Register)left, 0, 0, Pick(s_constants)));
    }

    // A branch lands a few pieces later, where registers keep what both ways have.
    void CloseBranches()
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            (int branch, int left) = _open[i];
            if (left > 0)
            {
                _open[i] = (branch, left - 1);
                continue;
            }

            _code[branch] = _code[branch] with { Offset = (short)(_code.Count - branch - 1) };
            _open.RemoveAt(i);
        }
    }

    // if reg > constant goto exit
    void Bound()
    {
        int register = PickRegister(Kind.Scalar);
        if (register < 0)
            return;
        Emit(new Instruction((byte)((_random.Next(3) != 0 ? Opcode.Jmp : Opcode.Jmp32) | Pick([Opcode.Jgt, Opcode.Jge, Opcode.Jsgt, Opcode.Jslt])),
            (Register)register, 0, short.MaxValue, Pick([0, 4, 7, 8, 15, 16, 31, 63, 100])));
    }

    short StackOffset(int size) => (short)(-8 * _random.Next(1, 9) + (size * _random.Next(0, 8 / size)));

    void StackStore()
    {
        byte size = Pick(s_sizes);
        int bytes = new Instruction(size, 0, 0, 0).AccessSize;
        int source = _random.Next(11);
        if (_kinds[source] == Kind.None && _random.Next(30) != 0)
            source = 10;
        if (_random.Next(4) == 0)
            Emit(Ins.Store(size, Register.R10, StackOffset(bytes), Pick(s_constants)));
        else
            Emit(Ins.Store(_kinds[source] == Kind.Scalar ? size : Opcode.DW, Register.R10, StackOffset(_kinds[source] == Kind.Scalar ? bytes : 8), (Register)source));
    }

    void StackLoad()
    {
        byte size = Pick(s_sizes);
        int bytes = new Instruction(size, 0, 0, 0).AccessSize;
        int target = Target();
        Set(target, Kind.Scalar, Ins.Load(size, (Register)target, Register.R10, StackOffset(bytes)));
    }

    void MapLookup()
    {
        int map = _random.Next(2);
        short key = (short)(map == 0 ? -4 : -8);
        int scalar = PickRegister(Kind.Scalar);
        if (scalar >= 0 && scalar != 10 && _random.Next(2) == 0)
            Emit(Ins.Store(map == 0 ? Opcode.W : Opcode.DW, Register.R10, key, (Register)scalar));
        else
            Emit(Ins.Store(map == 0 ? Opcode.W : Opcode.DW, Register.R10, key, _random.Next(12)));
        Emit(Ins.Mov64(Register.R2, Register.R10));
        Emit(Ins.Add64(Register.R2, key));
        _references.Add(new MapReference(_code.Count, map, false, 0));
        foreach (Instruction half in Ins.LoadWide(Register.R1, (ulong)map, PseudoSource.MapIndex))
            Emit(half);
        Emit(Ins.CallHelper((int)HelperId.MapLookupElem));
        for (int register = 1; register <= 5; register++)
            _kinds[register] = Kind.None;
        _kinds[0] = Kind.MapValue;
        if (_random.Next(8) != 0)
            Emit(new Instruction(Opcode.Jmp | Opcode.Jeq, Register.R0, 0, short.MaxValue, 0));
        int target = Pick([1, 2, 3, 9]);
        Set(target, Kind.MapValue, Ins.Mov64((Register)target, Register.R0));
        Set(0, Kind.Scalar, Ins.Mov64(Register.R0, 1));
    }

    void MapAccess()
    {
        int value = PickRegister(Kind.MapValue);
        if (value < 0)
            return;
        int scalar = PickRegister(Kind.Scalar);
        int target = Target();
        if (target == value || target == 10)
            return;
        if (scalar >= 0 && _random.Next(2) == 0)
        {
            Set(target, Kind.Scalar, Ins.Mov64((Register)target, (Register)scalar));
            if (_random.Next(3) != 0)
                Emit(Ins.Alu64(Opcode.And, (Register)target, Pick([3, 7, 15, 31])));
            Set(target, Kind.MapValue, Ins.Add64((Register)target, (Register)value));
            value = target;
        }

        byte size = Pick(s_sizes);
        short offset = Pick<short>([0, 0, 1, 4, 8, 12, 40, -1]);
        if (_random.Next(2) == 0)
            Emit(Ins.Store(size, (Register)value, offset, _random.Next(100)));
        else
            Set(target, Kind.Scalar, Ins.Load(size, (Register)target, (Register)value, offset));
    }

    void PacketCheck()
    {
        int packet = PickRegister(Kind.Packet);
        int end = PickRegister(Kind.PacketEnd);
        if (packet < 0 || end < 0)
            return;
        int moved = Pick([2, 3, 4, 5]);
        Set(moved, Kind.Packet, Ins.Mov64((Register)moved, (Register)packet));
        int scalar = PickRegister(Kind.Scalar);
        if (scalar >= 0 && scalar != 10 && _random.Next(3) == 0)
        {
            if (_random.Next(3) != 0)
                Emit(Ins.Alu64(Opcode.And, (Register)scalar, Pick([15, 255, 0xffff])));
            Emit(Ins.Add64((Register)moved, (Register)scalar));
        }

        int probe = Pick([0, 1]);
        Set(probe, Kind.Packet, Ins.Mov64((Register)probe, (Register)moved));
        Emit(Ins.Add64((Register)probe, Pick([1, 8, 14, 34])));
        bool swapped = _random.Next(4) == 0;
        byte comparison = swapped ? Pick([Opcode.Jlt, Opcode.Jle]) : Pick([Opcode.Jgt, Opcode.Jge]);
        (int left, int right) = swapped ? (end, probe) : (probe, end);
        Emit(new Instruction((byte)(Opcode.Jmp | comparison | Opcode.X), (Register)left, (Register)right, short.MaxValue, 0));
        Set(0, Kind.Scalar, Ins.Mov64(Register.R0, 2));
    }

    void PacketAccess()
    {
        int packet = PickRegister(Kind.Packet);
        int target = Target();
        if (packet < 0 || target == 10)
            return;
        byte size = Pick(s_sizes);
        short offset = Pick<short>([0, 0, 1, 4, 6, 7, 12, 13, 26, -1]);
        if (_random.Next(3) == 0)
            Emit(Ins.Store(size, (Register)packet, offset, 7));
        else
            Set(target, Kind.Scalar, Ins.Load(size, (Register)target, (Register)packet, offset));
    }

    // for (i = 0; i < n; i++) body
    void Loop()
    {
        int counter = Pick([3, 4, 5]);
        Set(counter, Kind.Scalar, Ins.Mov64((Register)counter, 0));
        int head = _code.Count;
        int other = PickRegister(Kind.Scalar);
        if (other >= 0 && other != counter && other != 10)
            Emit(Ins.Alu64(Pick([Opcode.Add, Opcode.Xor, Opcode.And]), (Register)other, _random.Next(1, 5)));
        if (_random.Next(30) != 0)
            Emit(Ins.Add64((Register)counter, 1));
        Emit(new Instruction((byte)(Opcode.Jmp | Pick([Opcode.Jlt, Opcode.Jne, Opcode.Jslt])), (Register)counter, 0, (short)(head - _code.Count - 1), _random.Next(1, 12)));
    }
}
