// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Fuzz;

/// <summary>
/// Writes random programs that always end, touch only their stack and the memory in r1, and read nothing that they have not written: the
/// engines must agree on them to the last bit, and the kernel accepts most.
/// </summary>
/// <remarks>
/// r9 holds the memory all along, r0 to r8 hold numbers. At the end of the program every register and the stack of the entry function are
/// stored into the memory, so that comparing memory compares everything.
/// <code>
/// memory:  |0 working bytes  256|256 r0 ... r8  328|328 stack  456|
/// </code>
/// </remarks>
public sealed partial class ProgramGenerator
{
    /// <summary>Bytes of memory that a program is given.</summary>
    public const int MemorySize = 456;

    const int WorkingBytes = 256;
    const int RegistersAt = 256;
    const int StackAt = 328;
    const int EntryStack = 128;
    const int CalleeStack = 64;
    const int Numbers = 9;

    readonly SeededRandom _random;
    readonly List<Instruction> _code = [];
    readonly List<bool> _pinned = [];
    readonly List<(int Slot, int Function)> _calls = [];

    // Wide loads of callbacks: each gets a function of its own behind the others.
    readonly List<(int Slot, int Callee)> _callbacks = [];
    readonly int _functions;
    readonly bool _usesCallbacks;

    // Registers that hold loop counters: read like others, not written.
    RegisterSet _reserved;
    int _function;
    int _stack;
    int _loopDepth;
    int _budget;

    ProgramGenerator(ulong seed)
    {
        _random = new SeededRandom(seed);
        _functions = _random.Below(3);
        // Not always: the kernel wants type information for them, so it refuses these programs.
        _usesCallbacks = _random.Chance(30);
    }

    /// <summary>Writes the program of a seed.</summary>
    public static GeneratedProgram Generate(ulong seed)
    {
        var generator = new ProgramGenerator(seed);
        ImmutableArray<Instruction> code = generator.WriteProgram();
        var memory = new byte[MemorySize];
        for (int n = 0; n < WorkingBytes; n++)
            memory[n] = (byte)generator._random.Next();
        return new GeneratedProgram(seed, code, [.. generator._pinned], ImmutableArray.Create(memory));
    }

    ImmutableArray<Instruction> WriteProgram()
    {
        var starts = new int[_functions + 1];
        for (_function = 0; _function <= _functions; _function++)
        {
            starts[_function] = _code.Count;
            WriteFunction();
        }

        foreach ((int slot, int callee) in _callbacks)
        {
            _code[slot] = _code[slot] with { Immediate = _code.Count - slot - 1 };
            WriteCallback(callee);
        }

        foreach ((int slot, int function) in _calls)
            _code[slot] = _code[slot] with { Immediate = starts[function] - slot - 1 };
        return [.. _code];
    }

    void WriteFunction()
    {
        bool entry = _function == 0;
        _stack = entry ? EntryStack : CalleeStack;
        _budget = entry ? 20 + _random.Below(60) : 8 + _random.Below(20);
        _reserved = RegisterSet.None;
        int start = _code.Count;
        Emit(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, Register.R9, entry ? Register.R1 : Register.R5, 0, 0));
        for (int register = 0; register < Numbers; register++)
        {
            bool given = !entry && register is >= 1 and <= 4;
            if (!given)
                LoadNumber((Register)register);
        }

        for (int offset = -_stack; offset < 0; offset += 8)
            Emit(new(Opcode.St | Opcode.Mem | Opcode.DW, Register.R10, 0, (short)offset, (int)_random.Value()));
        PinFrom(start);
        while (_budget > 0)
            WriteStatement();
        // Every function is called from somewhere: the kernel refuses dead ones.
        WriteCall(_function + 1);
        if (entry)
            StoreEverything();
        else
            FoldStack();
        Pin(new(Opcode.Jmp | Opcode.Exit, 0, 0, 0, 0));
    }

    void StoreEverything()
    {
        for (int register = 0; register < Numbers; register++)
            Emit(new(Opcode.Stx | Opcode.Mem | Opcode.DW, Register.R9, (Register)register, (short)(RegistersAt + (8 * register)), 0));
        for (int offset = 0; offset < EntryStack; offset += 8)
        {
            Emit(new(Opcode.Ldx | Opcode.Mem | Opcode.DW, Register.R1, Register.R10, (short)(offset - EntryStack), 0));
            Emit(new(Opcode.Stx | Opcode.Mem | Opcode.DW, Register.R9, Register.R1, (short)(StackAt + offset), 0));
        }
    }

    void FoldStack()
    {
        for (int offset = -CalleeStack; offset < 0; offset += 8)
        {
            Emit(new(Opcode.Ldx | Opcode.Mem | Opcode.DW, Register.R1, Register.R10, (short)offset, 0));
            Emit(new(Opcode.Alu64 | Opcode.Xor | Opcode.X, Register.R0, Register.R1, 0, 0));
        }
    }

    void WriteStatement()
    {
        _budget--;
        switch (_random.Below(100))
        {
            case < 50: WriteArithmetic(); break;
            case < 55: LoadNumber(AnyWritable()); break;
            case < 72: WriteAccess(); break;
            case < 78: WriteAtomic(); break;
            case < 82: WriteComputedAccess(); break;
            case < 92: WriteBranch(); break;
            case < 95: WriteLoop(); break;
            case < 97: WriteHelperLoop(_function + 1 + _random.Below(_functions)); break;
            default: WriteCall(_function + 1 + _random.Below(_functions)); break;
        }
    }

    void Emit(Instruction instruction)
    {
        _code.Add(instruction);
        _pinned.Add(false);
    }

    void Pin(Instruction instruction)
    {
        Emit(instruction);
        _pinned[^1] = true;
    }

    void PinFrom(int start)
    {
        for (int slot = start; slot < _pinned.Count; slot++)
            _pinned[slot] = true;
    }

    void LoadNumber(Register register)
    {
        ulong value = _random.Value();
        switch (_random.Below(3))
        {
            case 0:
                Emit(new(Opcode.LdImm64, register, 0, 0, (int)value));
                Emit(new(0, 0, 0, 0, (int)(value >> 32)));
                break;
            case 1:
                Emit(new(Opcode.Alu64 | Opcode.Mov, register, 0, 0, (int)value));
                break;
            default:
                Emit(new(Opcode.Alu | Opcode.Mov, register, 0, 0, (int)value));
                break;
        }
    }

    Register AnyNumber() => (Register)_random.Below(Numbers);

    Register AnyWritable()
    {
        Register register;
        do
            register = AnyNumber();
        while (_reserved.Contains(register));
        return register;
    }
}
