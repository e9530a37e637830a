// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>A random program over the numbers in r6 to r8: arithmetic of all kinds, extensions, copies, spills, and branches to its end.</summary>
sealed class ScalarProgram
{
    readonly Random _random;
    readonly List<Instruction> _code = [];
    readonly Dictionary<int, string> _names = [];

    public ScalarProgram(int seed)
    {
        _random = new Random(seed);
        for (int i = 6; i <= 8; i++)
        {
            _code.Add(Ins.CallHelper((int)HelperId.GetPrandomU32));
            _code.Add(Ins.Mov64((Register)i, Register.R0));
        }

        _code.Add(Ins.Mov64(Register.R0, 0));
        int length = _random.Next(4, 20);
        for (int i = 0; i < length; i++)
            Piece();
        for (int i = 0; i < _code.Count; i++)
        {
            if (_code[i].Offset == short.MaxValue)
                _code[i] = _code[i] with { Offset = (short)(_code.Count - i - 1) };
        }

        _code.Add(new Instruction(Opcode.Jmp | Opcode.Exit, 0, 0, 0));
        Request = new VerificationRequest
        {
            Program = new()
            {
                Name = "scalars",
                SectionName = "xdp",
                Type = ProgramType.Xdp,
                License = "GPL",
                Instructions = [.. _code],
                Functions = [new("scalars", 0, _code.Count, true, 0)],
            },
            Maps = [],
            Helpers = Asm.Helpers,
            Context = Asm.Xdp,
        };
    }

    public VerificationRequest Request { get; }

    /// <summary>What the instruction at a slot does, in a word.</summary>
    public string Name(int slot) => _names.TryGetValue(slot, out string? name) ? name : "prologue";

    int Constant() => _random.Next(6) switch
    {
        0 => _random.Next(-9, 10),
        1 => 1 << _random.Next(32),
        2 => -1 << _random.Next(31),
        3 => (1 << _random.Next(31)) + _random.Next(-3, 4),
        4 => _random.Next(int.MinValue, int.MaxValue),
        _ => _random.Next(1 << _random.Next(1, 31)),
    };

    Register Any() => (Register)_random.Next(6, 9);

    void Emit(string name, Instruction instruction)
    {
        _names[_code.Count] = name;
        _code.Add(instruction);
    }

    void Piece()
    {
        switch (_random.Next(12))
        {
            case < 5:
                Branch();
                break;
            case < 8:
                Arithmetic();
                break;
            case 8:
                Extension();
                break;
            case 9:
                Spill();
                break;
            case 10:
                Register target = Any();
                bool wide = _random.Next(2) == 0;
                Emit($"neg{(wide ? 64 : 32)}", new Instruction((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | Opcode.Neg), target, 0, 0, 0));
                break;
            default:
                Emit("mov64", Ins.Mov64(Any(), Any()));
                break;
        }
    }

    void Arithmetic()
    {
        bool wide = _random.Next(2) == 0;
        byte operation = Machine.Operations[_random.Next(Machine.Operations.Length)];
        bool shift = operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh;
        bool register = _random.Next(3) == 0;
        int constant = shift ? _random.Next(wide ? 64 : 32) : Constant();
        if (constant == 0 && operation is (Opcode.Div or Opcode.Mod))
            constant = 3;
        string name = $"{Machine.Name(operation)}{(wide ? 64 : 32)}";
        if (register)
            Emit(name, new Instruction((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | operation | Opcode.X), Any(), Any(), 0, 0));
        else
            Emit(name, wide ? Ins.Alu64(operation, Any(), constant) : Ins.Alu32(operation, Any(), constant));
    }

    void Extension()
    {
        int bits = 8 << _random.Next(3);
        bool wide = bits == 32 || _random.Next(2) == 0;
        if (_random.Next(3) == 0)
            Emit("mov32", new Instruction(Opcode.Alu | Opcode.Mov | Opcode.X, Any(), Any(), 0, 0));
        else
            Emit($"movsx{bits} {(wide ? 64 : 32)}", new Instruction((byte)((wide ? Opcode.Alu64 : Opcode.Alu) | Opcode.Mov | Opcode.X), Any(), Any(), (short)bits, 0));
    }

    // Stored whole or in part, loaded back whole, in part, or with its sign.
    void Spill()
    {
        byte[] sizes = [Opcode.B, Opcode.H, Opcode.W, Opcode.DW];
        byte stored = sizes[_random.Next(4)];
        byte loaded = sizes[_random.Next(4)];
        if (stored != Opcode.DW)
            Emit("st", Ins.Store(Opcode.DW, Register.R10, -8, 0));
        Emit("stx", Ins.Store(stored, Register.R10, -8, Any()));
        bool sign = loaded != Opcode.DW && _random.Next(3) == 0;
        Register target = Any();
        Emit(sign ? "ldxs" : "ldx", sign
            ? new Instruction((byte)(Opcode.Ldx | Opcode.MemSx | loaded), target, Register.R10, -8, 0)
            : Ins.Load(loaded, target, Register.R10, -8));
        // The kernel takes a sign-extended part for a copy of what was stored, which it need not be; arithmetic ends that.
        if (sign)
            Emit("xor64", Ins.Alu64(Opcode.Xor, target, 0));
    }

    void Branch()
    {
        bool wide = _random.Next(2) == 0;
        byte operation = Machine.Comparisons[_random.Next(Machine.Comparisons.Length)];
        byte type = (byte)((wide ? Opcode.Jmp : Opcode.Jmp32) | operation);
        Emit($"{Machine.NameOfComparison(operation)}{(wide ? 64 : 32)}", _random.Next(3) == 0
            ? new Instruction((byte)(type | Opcode.X), Any(), Any(), short.MaxValue, 0)
            : new Instruction(type, Any(), 0, short.MaxValue, Constant()));
    }
}
