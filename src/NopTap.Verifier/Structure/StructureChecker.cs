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

    /// <summary>Bytes of a frame.</summary>
    public const int FrameSize = RunLimits.FrameBytes;

    readonly VerificationRequest _request;
    readonly ProgramSpec _program;
    readonly ImmutableArray<Instruction> _code;
    readonly bool _isInspected;
    bool[] _secondHalf = [];

    StructureChecker(VerificationRequest request)
    {
        _request = request;
        _program = request.Program;
        _code = _program.Instructions;
        _isInspected = request.Mode == VerificationMode.Structure || request.Context is null;
    }

    public static Diagnostic? Check(VerificationRequest request)
    {
        var checker = new StructureChecker(request);
        return checker.CheckFunctions() ?? checker.CheckInstructions() ?? checker.CheckReferences() ?? checker.CheckProbes();
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
        // Exploration judges what paths reach; without it every access is judged here.
        if (_isInspected && (instruction.ReadsMemory || instruction.WritesMemory) && instruction.BaseRegister == Register.R10)
            return CheckFrameAccess(slot, instruction);
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
        DiagnosticPlace place = ProgramPlaces.At(_program, slot);
        if (instruction.IsProgramCall)
            return CheckFunctionStart(slot, instruction.CallTarget(slot), "call");
        if (instruction.IsRegisterCall)
        {
            return VerifierDiagnostics.IndirectCall.At(
                place, $"call through r{(int)instruction.Destination}", "call the function directly, or build with optimisation so that clang resolves the call");
        }

        return _isInspected ? CallCheck.Find(_request, slot) : null;
    }

    Diagnostic? CheckFunctionStart(int slot, int target, string what)
    {
        if ((uint)target < (uint)_code.Length && _program.FunctionAt(target).Start == target)
            return null;
        return VerifierDiagnostics.BadCallTarget.At(
            ProgramPlaces.At(_program, slot), $"{what} of slot {target}, where no function starts", "link the program with all functions that it calls");
    }

    Diagnostic? CheckFrameAccess(int slot, in Instruction instruction)
    {
        int size = instruction.AccessSize;
        int offset = instruction.Offset;
        if (offset < -FrameSize || offset + size > 0)
        {
            return VerifierDiagnostics.StackOutOfBounds.At(
                ProgramPlaces.At(_program, slot), $"{size} bytes at r10{offset:+0;-0;+0}, outside of the frame r10-{FrameSize} to r10",
                "keep local variables within 512 bytes; put larger ones in a map");
        }

        return offset % size == 0
            ? null
            : VerifierDiagnostics.StackMisaligned.At(
                ProgramPlaces.At(_program, slot), $"{size} bytes at r10{offset:+0;-0;+0}, no multiple of {size}", "align the variable, or access it byte by byte");
    }
}
