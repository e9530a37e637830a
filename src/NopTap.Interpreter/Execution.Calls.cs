// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Interpreter;

// Calls and returns: RFC 9669, sections 4.3.1 and 4.3.2.
sealed partial class Execution
{
    void Call(in Instruction instruction)
    {
        if (instruction.IsProgramCall)
            EnterFunction(TargetFunction(instruction), returnTo: _next);
        else if (instruction.IsHelperCall)
            CallHelper(instruction.Immediate);
        else if (instruction.IsRegisterCall)
            CallRegister(Read(instruction.Destination));
        else
            throw Meaningless(instruction);
    }

    /// <summary>callx: a function's address calls the function; the number of a helper calls the helper, as instruction-set suites expect.</summary>
    void CallRegister(ulong target)
    {
        if (_program.FunctionOf(target) is >= 0 and int function)
            EnterFunction(function, returnTo: _next);
        else if (target <= int.MaxValue && _program.Imports.Helpers.ContainsKey((int)target))
            CallHelper((int)target);
        else
            throw NoFunction(target);
    }

    int TargetFunction(in Instruction instruction)
    {
        int target = instruction.CallTarget(_slot);
        int function = _program.FunctionAt(target);
        if (function < 0)
            throw Fault(InterpreterDiagnostics.InvalidCallTarget, $"slot {target} starts no function", "call the first instruction of a function");
        return function;
    }

    void EnterFunction(int function, int returnTo)
    {
        int first = _depth == 0 ? 0 : _frames[_depth - 1].Base;
        if (_depth - first == RunLimits.ProgramFrames)
            throw Fault(InterpreterDiagnostics.CallDepth, $"a program has at most {RunLimits.ProgramFrames} frames", "flatten the calls, or inline the innermost function");
        if (_depth == _frames.Length)
            Array.Resize(ref _frames, 2 * _depth);
        ref Frame frame = ref _frames[_depth++];
        frame = new Frame
        {
            Caller = _program,
            ReturnTo = returnTo,
            Base = first,
            R6 = _r[6],
            R7 = _r[7],
            R8 = _r[8],
            R9 = _r[9],
            R10 = _r[10],
            LoopBudget = _program.Imports.LoopBudget,
        };
        _r[10] = _memory.PushFrame();
        Start(function, ref frame);
    }

    void LeaveFunction()
    {
        Frame frame = _frames[--_depth];
        for (TracedCall? call = frame.Traced; call is not null; call = call.Outer)
            call.Hook.OnExit(call.Function, call.Arguments, _r[0], _threadBlock);
        _memory.PopFramesTo(_depth);
        _program = frame.Caller;
        _next = frame.ReturnTo;
        (_r[6], _r[7], _r[8], _r[9], _r[10]) = (frame.R6, frame.R7, frame.R8, frame.R9, frame.R10);
        DestroyArguments();
    }

    /// <summary>Goes to the first instruction of a function of the current program, past its entry observers.</summary>
    void Start(int function, ref Frame frame)
    {
        frame.Function = function;
        _next = _program.Program.Spec.Functions[function].Start;
        if (_program.Imports.Probes is { } hook && hook.IsTraced(function))
        {
            ulong[] arguments = _r[1..6];
            frame.Traced = new TracedCall(hook, function, arguments, frame.Traced);
            hook.OnEntry(function, arguments, _threadBlock);
        }

        if (!_program.Program.Functions[function].MayNotStart || TakeRounds(1) != 0)
            return;
        LeaveEarly(EarlyExit.GlobalFunctionSkipped);
    }

    /// <summary>Replaces the current function by another program; falls through when there is none or the run has made its 33.</summary>
    void TailCall()
    {
        ulong context = _r[1];
        ProgramInterpreter? target = _tailCalls < RunLimits.TailCalls
            ? _program.Imports.TailCalls?.Find((nint)_r[2], (uint)_r[3])
            : null;
        DestroyArguments();
        if (target is null || !HasRounds(EarlyExit.TailCallFallsThrough))
        {
            LeaveEarly(EarlyExit.TailCallFallsThrough, Errno.ENOENT);
            return;
        }

        _tailCalls++;
        _program = target;
        _r[1] = context;
        ref Frame frame = ref _frames[_depth - 1];
        frame.LoopBudget = target.Imports.LoopBudget;
        frame.Base = _depth - 1;
        _memory.ClearNewestFrame();
        Start(function: 0, ref frame);
    }

    void DestroyArguments() => _r.AsSpan(1, 5).Fill(ProgramInterpreter.Poison);

    BpfFaultException NoFunction(ulong target) =>
        Fault(InterpreterDiagnostics.InvalidCallTarget, $"0x{target:x} is the address of no function of this program", "take the address of a function of the same program");
}
