// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Structure;

/// <summary>
/// What can be said of each instruction alone. Afterwards functions tile the program, every instruction is one, jumps stay in their
/// function, calls hit function starts, maps exist, probe sites are NOPs: control flow can be followed without further checks.
/// </summary>
sealed partial class StructureChecker
{
    /// <summary>Slots of a program at most (the kernel's <c>BPF_COMPLEXITY_LIMIT_INSNS</c>).</summary>
    public const int MaxSlots = 1_000_000;

    readonly ProgramSpec _program;
    readonly ImmutableArray<MapSpec> _maps;
    readonly ImmutableArray<Instruction> _code;
    bool[] _secondHalf = [];

    StructureChecker(ProgramSpec program, ImmutableArray<MapSpec> maps)
    {
        _program = program;
        _maps = maps;
        _code = _program.Instructions;
    }

    public static Diagnostic? Check(ProgramSpec program, ImmutableArray<MapSpec> maps)
    {
        var checker = new StructureChecker(program, maps);
        return checker.CheckFunctions() ?? checker.CheckInstructions() ?? checker.CheckReferences() ?? checker.CheckProbes();
    }

    /// <summary>Whether the parts of a program fit each other, whatever its instructions are: what is asked of programs that are not verified yet.</summary>
    public static Diagnostic? CheckShape(ProgramSpec program, ImmutableArray<MapSpec> maps)
    {
        var checker = new StructureChecker(program, maps);
        return checker.CheckFunctions() ?? checker.CheckHalves() ?? checker.CheckReferences() ?? checker.CheckProbes();
    }

    Diagnostic? CheckFunctions()
    {
        if (_code.IsDefaultOrEmpty || _program.Functions.IsDefaultOrEmpty)
            return Malformed("no instructions");
        if (_code.Length > MaxSlots)
        {
            return VerifierDiagnostics.ProgramTooLarge.At(
                ProgramPlaces.Of(_program), $"{_code.Length} slots where {MaxSlots} are the most", "split the program by tail calls");
        }

        int end = 0;
        foreach (FunctionSpec function in _program.Functions)
        {
            if (function.Start != end || function.Length <= 0 || function.Length > _code.Length - end)
                return Malformed($"function '{function.Name}' covers slots {function.Start} to {(long)function.Start + function.Length - 1} where {end} is next");
            end = function.End;
        }

        return end == _code.Length ? null : Malformed($"slot {end} belongs to no function");
    }

    Diagnostic Malformed(string what) =>
        VerifierDiagnostics.MalformedProgram.At(ProgramPlaces.Of(_program), what, "link the program so that its functions follow each other without gaps");

    Diagnostic? CheckInstructions()
    {
        ReadOnlySpan<Instruction> code = _code.AsSpan();
        _secondHalf = new bool[code.Length];
        for (int slot = 0; slot < code.Length; slot += code[slot].SlotCount)
        {
            if (InstructionChecks.Find(code, slot) != InstructionFault.None)
                return InstructionChecks.Check(code, slot, ProgramPlaces.At(_program, slot));
            if (code[slot].IsWideLoad)
                _secondHalf[slot + 1] = true;
        }

        foreach (FunctionSpec function in _program.Functions)
        {
            if (CheckFunction(function) is Diagnostic problem)
                return problem;
        }

        return null;
    }

    Diagnostic? CheckHalves()
    {
        _secondHalf = new bool[_code.Length];
        for (int slot = 0; slot < _code.Length; slot += _code[slot].SlotCount)
        {
            if (!_code[slot].IsWideLoad)
                continue;
            if (slot + 1 == _code.Length)
                return Malformed($"the wide load at slot {slot} has no second half");
            _secondHalf[slot + 1] = true;
        }

        return null;
    }

    Diagnostic? CheckFunction(FunctionSpec function)
    {
        if (_secondHalf[function.Start])
            return Malformed($"function '{function.Name}' starts inside a wide load");
        int last = function.Start;
        for (int slot = function.Start; slot < function.End; slot += _code[slot].SlotCount)
        {
            last = slot;
            if (CheckInstruction(function, slot) is Diagnostic problem)
                return problem;
        }

        if (!_code[last].FallsThrough)
            return null;
        return VerifierDiagnostics.FallsOffFunction.At(
            ProgramPlaces.At(_program, last), $"last instruction of '{function.Name}' continues behind the function", "end the function with exit or a jump");
    }

    Diagnostic? CheckInstruction(FunctionSpec function, int slot)
    {
        Instruction instruction = _code[slot];
        if (instruction.IsJump)
            return CheckJump(function, slot, instruction.JumpTarget(slot));
        if (instruction.IsCall)
            return CheckCall(slot, instruction);
        if (instruction.IsWideLoad)
            return CheckWideLoad(slot, instruction);
        return null;
    }

    Diagnostic? CheckJump(FunctionSpec function, int slot, int target)
    {
        if (target < function.Start || target >= function.End)
        {
            return VerifierDiagnostics.JumpOutOfFunction.At(
                ProgramPlaces.At(_program, slot),
                $"jump to slot {target}, outside of '{function.Name}' (slots {function.Start} to {function.End - 1})",
                "jump inside the function, or call the other one");
        }

        return _secondHalf[target]
            ? VerifierDiagnostics.JumpIntoWideLoad.At(
                ProgramPlaces.At(_program, slot), $"jump to slot {target}, the second half of a wide load", $"jump to slot {target - 1} or behind it")
            : null;
    }

    Diagnostic? CheckCall(int slot, in Instruction instruction)
    {
        if (instruction.IsProgramCall)
            return CheckFunctionStart(slot, instruction.CallTarget(slot), "call");
        if (instruction.IsRegisterCall)
        {
            return VerifierDiagnostics.IndirectCall.At(
                ProgramPlaces.At(_program, slot), $"call through r{(int)instruction.Destination}", "call the function directly, or build with optimisation so that clang resolves the call");
        }

        return null;
    }

    Diagnostic? CheckFunctionStart(int slot, int target, string what)
    {
        if ((uint)target < (uint)_code.Length && _program.FunctionAt(target).Start == target)
            return null;
        return VerifierDiagnostics.BadCallTarget.At(
            ProgramPlaces.At(_program, slot), $"{what} of slot {target}, where no function starts", "link the program with all functions that it calls");
    }
}
