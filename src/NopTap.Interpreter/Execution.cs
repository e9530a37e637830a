// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Interpreter;

/// <summary>One run: registers, frames and the budget. The step loop is here; each group of instructions has a file of its own.</summary>
sealed partial class Execution
{
    readonly GuestMemory _memory;
    readonly nint _threadBlock;
    readonly ulong[] _r = new ulong[11];
    readonly long _budget;
    readonly IRunRounds? _rounds;
    ProgramInterpreter _program;
    Frame[] _frames = new Frame[RunLimits.ProgramFrames];
    long _executed;
    int _depth;
    int _tailCalls;
    int _next;

    /// <summary>Slot of the instruction that is executed.</summary>
    int _slot;

    public Execution(ProgramInterpreter program, GuestMemory memory, nint threadBlock)
    {
        _program = program;
        _memory = memory;
        _threadBlock = threadBlock;
        _budget = program.Imports.InstructionBudget;
        _rounds = program.Imports.Rounds;
    }

    /// <summary>Calls a function of the current program and executes until it has returned: the entry function, or a callback amid a helper call.</summary>
    /// <returns>r0.</returns>
    public ulong Invoke(int function, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        int floor = _depth;
        int slot = _slot;
        (_r[1], _r[2], _r[3], _r[4], _r[5]) = (r1, r2, r3, r4, r5);
        EnterFunction(function, returnTo: slot);
        _frames[floor].IsCallback = floor > 0;
        while (_depth > floor)
            Step();
        _slot = slot;
        return _r[0];
    }

    void Step()
    {
        _slot = _next;
        if ((uint)_slot >= (uint)_program.Code.Length)
            throw Fault(InterpreterDiagnostics.InvalidInstruction, $"slot {_slot} lies outside the program of {_program.Code.Length}", "let every path end in exit");
        if (++_executed > _budget)
            throw Fault(InterpreterDiagnostics.BudgetSpent, $"{_budget} instructions were executed", "bound the loop that this is in, or raise InterpreterImports.InstructionBudget");

        if (_program.Program.Facts[_slot].CountsRound)
            _rounds?.Count(_threadBlock, 1);
        _program.Observer?.Before(new StepView(_slot, _program, _r, _frames.AsSpan(0, _depth), _memory));
        Instruction instruction = _program.Code[_slot];
        _next = _slot + 1;
        switch (instruction.Class)
        {
            case Opcode.Alu or Opcode.Alu64: Compute(instruction); break;
            case Opcode.Jmp or Opcode.Jmp32: Transfer(instruction); break;
            case Opcode.Ld: LoadConstantOrPacket(instruction); break;
            case Opcode.Ldx: Load(instruction); break;
            case Opcode.St: StoreImmediate(instruction); break;
            default: StoreRegister(instruction); break;
        }
    }

    void Compute(in Instruction instruction)
    {
        // The source bit of End is part of the operation; its source field names no register.
        bool usesSource = instruction.UsesSourceRegister && instruction.Operation is not (Opcode.End or Opcode.Neg);
        ulong right = usesSource ? Read(instruction.Source) : (ulong)(long)instruction.Immediate;
        if (!Arithmetic.TryCompute(instruction, Read(instruction.Destination), right, out ulong result))
            throw Meaningless(instruction);
        Write(instruction.Destination, result);
    }

    void Transfer(in Instruction instruction)
    {
        switch (instruction.Operation)
        {
            case Opcode.Ja:
                Jump(instruction);
                break;
            case Opcode.Call when instruction.Class == Opcode.Jmp:
                Call(instruction);
                break;
            case Opcode.Exit when instruction.Class == Opcode.Jmp:
                LeaveFunction();
                break;
            case Opcode.Jcond when instruction.IsMayGoto:
                MayGoto(instruction);
                break;
            default:
                if (instruction.IsArmingBranch && _program.Imports.Probes is { } hook && TryProbe(hook))
                    break;
                ulong right = instruction.UsesSourceRegister ? Read(instruction.Source) : (ulong)(long)instruction.Immediate;
                bool wide = instruction.Class == Opcode.Jmp;
                bool holds = Arithmetic.Holds(instruction.Operation, Read(instruction.Destination), right, wide) ?? throw Meaningless(instruction);
                if (holds)
                    _next = instruction.JumpTarget(_slot);
                break;
        }
    }

    void Jump(in Instruction instruction)
    {
        if (instruction.IsNopGoto && _program.Imports.Probes is { } hook && TryProbe(hook))
            return;
        _next = instruction.JumpTarget(_slot);
    }

    void MayGoto(in Instruction instruction)
    {
        ref int left = ref _frames[_depth - 1].LoopBudget;
        if (left == 0 || !HasRounds(EarlyExit.MayGotoJumps))
            _next = instruction.JumpTarget(_slot);
        else
            left--;
    }

    ulong Read(Register register) =>
        (int)register < _r.Length ? _r[(int)register] : throw Meaningless(_program.Code[_slot]);

    void Write(Register register, ulong value)
    {
        if (register >= Register.R10)
            throw Meaningless(_program.Code[_slot]);
        _r[(int)register] = value;
    }

    BpfFaultException Meaningless(in Instruction instruction) => Fault(
        InterpreterDiagnostics.InvalidInstruction,
        $"opcode 0x{instruction.Opcode:x2} with registers 0x{instruction.Registers:x2}, offset {instruction.Offset} and immediate {instruction.Immediate} has no meaning",
        "run programs that the verifier accepted");

    BpfFaultException Fault(DiagnosticDescriptor kind, string message, string hint)
    {
        Formats.LineInfo? line = _program.Program.Spec.LineAt(_slot);
        var place = new DiagnosticPlace
        {
            Program = _program.Program.Spec.Name,
            Instruction = _slot,
            Source = line is null ? null : $"{line.File}:{line.Line}",
        };
        return new BpfFaultException(kind.At(place, message, hint));
    }
}
