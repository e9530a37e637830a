// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

/// <summary>
/// Writes programs that both verifiers ought to accept: it keeps notes of what registers and slots hold, tests before it uses, and gives
/// back what it takes. Now and then its notes are too bold, and <see cref="Mutator"/> spoils many programs on purpose.
/// </summary>
sealed partial class Composer
{
    const int Slots = 12;
    const int MaxFunctions = 6;

    static readonly byte[] s_sizes = [Opcode.B, Opcode.H, Opcode.W, Opcode.DW];
    static readonly int[] s_constants = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 47, 48, 63, 64, 127, 128, 255, 256, 1000, 0x7fff, 0xffff, 0x10000, int.MaxValue, -1, -2, -8, -16, -64, -128, -256, int.MinValue];

    readonly SeededRandom _random;
    readonly string _shape;
    readonly ProgramType _type;
    readonly List<Instruction> _code = [];
    readonly List<MapReference> _references = [];
    readonly List<(int Slot, Label Label)> _jumps = [];
    readonly List<int> _starts = [];
    readonly Queue<Function> _pending = new();
    int _functions = 1;

    // Of the function that is being written.
    Note[] _registers = new Note[11];
    Note[] _slots = new Note[Slots];
    Label _exit = new();
    int _held;
    int _depth;
    int _chain;
    int _budget;
    bool _calm;

    sealed class Label
    {
        public int Slot = -1;
    }

    sealed record Function(Label Start, Note[] Arguments, bool IsCallback, int Chain)
    {
        /// <summary>What a function that may end early consists of; null for others.</summary>
        public Leaving? Leaving { get; init; }
    }

    Composer(string shape, long seed)
    {
        _shape = shape;
        _random = new SeededRandom((ulong)seed ^ 0x5eed_0f_7e57);
        _type = _shape == "xdp" || _random.Chance(60) ? ProgramType.Xdp : _random.Chance(80) ? ProgramType.SchedCls : ProgramType.SocketFilter;
        if (_type == ProgramType.SocketFilter && shape is "packets")
            _type = ProgramType.Xdp;
        if (shape is "exits" && _type == ProgramType.Xdp && _random.Chance(75))
            _type = _random.Chance(70) ? ProgramType.SchedCls : ProgramType.SocketFilter;
    }

    /// <summary>Writes the program of a seed.</summary>
    public static ProgramSpec Compose(string shape, long seed) => new Composer(shape, seed).Compose($"{shape}{seed}");

    ProgramSpec Compose(string name)
    {
        WriteFunction(new Function(new Label(), [default, new Note(Holds.Context)], false, 0), _random.Below(8) + 3);
        while (_pending.TryDequeue(out Function? function))
            WriteFunction(function, _random.Below(4) + 1);
        foreach ((int slot, Label label) in _jumps)
        {
            Instruction jump = _code[slot];
            int distance = label.Slot - slot - 1;
            _code[slot] = jump.IsProgramCall || jump.IsFunctionReference ? jump with { Immediate = distance } : jump with { Offset = (short)distance };
        }

        _starts.Add(_code.Count);
        // Without types the kernel takes no function that may end early.
        bool isTyped = _shape is not "exits" || _random.Chance(96);
        return new ProgramSpec
        {
            Name = name,
            SectionName = _type == ProgramType.Xdp ? "xdp" : _type == ProgramType.SchedCls ? "tc" : "socket",
            Type = _type,
            License = "GPL",
            Instructions = [.. _code],
            Functions = [.. _starts.SkipLast(1).Select((start, i) => new FunctionSpec($"f{i}", start, _starts[i + 1] - start, i == 0, isTyped ? i + 1 : 0))],
            References = [.. _references],
        };
    }

    void WriteFunction(Function function, int pieces)
    {
        function.Start.Slot = _code.Count;
        _starts.Add(_code.Count);
        (_registers, _slots, _exit, _held, _depth, _chain) = (new Note[11], new Note[Slots], new Label(), 0, 0, function.Chain);
        function.Arguments.CopyTo(_registers, 0);
        _registers[10] = new Note(Holds.Frame, 0, 0, Slots * 8);
        _budget = 24;
        if (function.Leaving is not null)
        {
            WriteLeaving(function);
            return;
        }

        if (_chain == 0)
            Prologue();
        Block(pieces);
        if (function.IsCallback)
            Emit(Ins.Mov64(Register.R0, _random.Below(2)));
        else if (_registers[0].Holds != Holds.Number || !_random.Chance(30))
            Emit(Ins.Mov64(Register.R0, _random.Below(5)));
        Emit(Ins.Exit());
        if (!_jumps.Exists(jump => ReferenceEquals(jump.Label, _exit)))
            return;
        Place(_exit);
        Emit(Ins.Mov64(Register.R0, _random.Below(2)));
        Emit(Ins.Exit());
    }

    void Prologue()
    {
        Set(6, _registers[1], Ins.Mov64(Register.R6, Register.R1));
        _registers[1] = default;
        if (_type != ProgramType.SocketFilter && (_shape is "packets" or "mixed" || _random.Chance(30)))
            LoadPacket();
        Set(9, new Note(Holds.Number, uint.MaxValue), Ins.Load(Opcode.W, Register.R9, Register.R6, ScalarField()));
        Set(0, new Note(Holds.Number, 1), Ins.Mov64(Register.R0, 1));
    }

    short ScalarField() => _type == ProgramType.Xdp ? _random.Pick<short>([12, 16]) : _random.Pick<short>([0, 8, 16, 32, 68]);

    void Block(int pieces)
    {
        for (int i = 0; i < pieces && _budget > 0; i++)
        {
            _budget--;
            Piece();
        }
    }

    // What a shape is made of: its own subject for the most part, and some of everything.
    void Piece()
    {
        string subject = _shape is "mixed" || _random.Chance(25) ? Shapes.Composed[_random.Below(Shapes.Composed.Count)] : _shape;
        switch (subject)
        {
            case "arithmetic":
                Arithmetic();
                break;
            case "branches":
                Branching();
                break;
            case "stack":
                Stack();
                break;
            case "maps":
                Maps();
                break;
            case "packets":
                Packets();
                break;
            case "context":
                Context();
                break;
            case "helpers":
                Helper();
                break;
            case "records":
                Reserve();
                break;
            case "calls":
                Call();
                break;
            case "loops":
                Loop();
                break;
            case "tailcalls" when _held == 0 && _random.Chance(50):
                TailCall();
                break;
            case "exits":
                Exits();
                break;
            case "locks":
                Lock();
                break;
            case "oneway":
                OneWay();
                break;
            case "dead":
                Dead();
                break;
            default:
                Arithmetic();
                break;
        }
    }

    void Emit(Instruction instruction) => _code.Add(instruction);

    void Set(int register, Note note, Instruction instruction)
    {
        Emit(instruction);
        _registers[register] = note;
    }

    void Jump(Instruction jump, Label label)
    {
        _jumps.Add((_code.Count, label));
        Emit(jump);
    }

    void Place(Label label) => label.Slot = _code.Count;

    void Map(int register, int map)
    {
        _references.Add(new MapReference(_code.Count, map, false, 0));
        foreach (Instruction half in Ins.LoadWide((Register)register, (ulong)map, PseudoSource.MapIndex))
            Emit(half);
        _registers[register] = default;
    }

    void MapValue(int register, int map, int offset)
    {
        _references.Add(new MapReference(_code.Count, map, true, (uint)offset));
        foreach (Instruction half in Ins.LoadWide((Register)register, (uint)map | ((ulong)(uint)offset << 32), PseudoSource.MapIndexValue))
            Emit(half);
        _registers[register] = new Note(Holds.Value, 0, offset, (int)World.Maps[map].ValueSize, map);
    }

    void Clobber(Note result)
    {
        for (int register = 1; register <= 5; register++)
            _registers[register] = default;
        _registers[0] = result;
    }

    // A register to write: rather one that holds nothing of worth.
    int Target()
    {
        for (int i = 0; i < 4; i++)
        {
            int register = _random.Chance(75) ? _random.Below(6) : 7 + _random.Below(3);
            if (_registers[register].Holds is Holds.Nothing or Holds.Number)
                return register;
        }

        return _random.Below(6);
    }

    int Find(Holds holds)
    {
        int start = _random.Below(11);
        for (int i = 0; i < 11; i++)
        {
            int register = (start + i) % 11;
            if (_registers[register].Holds == holds && (register != 10 || holds == Holds.Frame))
                return register;
        }

        return -1;
    }

    int Number()
    {
        int found = Find(Holds.Number);
        if (found >= 0 && !_random.Chance(15))
            return found;
        int target = Target();
        switch (_random.Below(4))
        {
            case 0 when _registers[6].Holds == Holds.Context:
                Set(target, new Note(Holds.Number, uint.MaxValue), Ins.Load(Opcode.W, (Register)target, Register.R6, ScalarField()));
                break;
            case 1:
                int constant = _random.Pick<int>(s_constants);
                Set(target, new Note(Holds.Number, (ulong)(long)constant), Ins.Mov64((Register)target, constant));
                break;
            default:
                Emit(Ins.CallHelper((int)_random.Pick<HelperId>([HelperId.GetPrandomU32, HelperId.KtimeGetNs, HelperId.GetSmpProcessorId])));
                Clobber(new Note(Holds.Number));
                return 0;
        }

        return target;
    }
}
