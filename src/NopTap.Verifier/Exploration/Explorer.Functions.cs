// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    FrameState PushFrame(int function, int callSite)
    {
        FrameState frame = _path.Frames[_path.Depth + 1] ??= new FrameState();
        frame.Reset(function, callSite);
        _path.Depth++;
        frame.R[10] = RegisterState.Pointer(RegisterKind.Stack, _path.Depth);
        return frame;
    }

    Step CallFunction(int slot, in Instruction instruction)
    {
        int target = instruction.CallTarget(slot);
        int function = _graph.FunctionOf(target);
        if (_globals.Contains(function))
            return CallGlobal(slot, function);
        if (_path.Depth + 1 >= RunLimits.ProgramFrames)
            return RefuseDepth(function) ? Step.Next : Step.Refused;
        FrameState caller = _path.Frame;
        FrameState callee = PushFrame(function, slot);
        NoteLock(function);
        for (int register = 1; register <= 5; register++)
        {
            NameNumber(ref caller.R[register]);
            callee.R[register] = caller.R[register];
            caller.R[register] = default;
        }

        caller.R[0] = default;
        _path.Slot = target;
        return Step.Next;
    }

    bool RefuseDepth(int function) => Refuse(
        VerifierDiagnostics.CallsTooDeep, $"call of '{_program.Functions[function].Name}' needs frame {RunLimits.ProgramFrames + 1} of {RunLimits.ProgramFrames}",
        "inline one function of the chain");

    Step Exit(int slot)
    {
        FrameState frame = _path.Frame;
        if (_path.Depth == 0)
        {
            if (!Finish())
                return Step.Refused;
            _trace?.Ends(_path);
            return Step.Ends;
        }

        if (frame.IsCallback)
            return LeaveCallback(frame) ? Step.Next : Step.Refused;
        RegisterState result = frame.R[0];
        if (result.Kind == RegisterKind.Stack)
        {
            Refuse(VerifierDiagnostics.FrameEscapes, "the function returns an address of a frame", "return the value, or fill a variable of the caller", 0);
            return Step.Refused;
        }

        NoteLock(frame.Function);
        _path.Depth--;
        _path.Frame.R[0] = result;
        _path.Slot = frame.CallSite + 1;
        return Step.Next;
    }

    bool Finish()
    {
        if (!IsWritten(Register.R0))
            return false;
        if (!Unlocked(_path.Frame.Function != 0 ? "the global function ends" : "the program ends"))
            return false;
        if (_path.Frame.Function != 0)
            return FinishGlobal(_path.Frame.Function);
        if (_path.ReferenceCount != 0)
            return RefuseLeak("the program ends");
        if (_request.ReturnRange is not (long minimum, long maximum))
            return true;
        _precision.Mark(_path, 0);
        RegisterState result = R(Register.R0);
        bool inside = result.IsScalar && (minimum < 0
            ? result.Range.SMin >= minimum && result.Range.SMax <= maximum
            : result.Range.UMin >= (ulong)minimum && result.Range.UMax <= (ulong)maximum);
        return inside || Refuse(
            VerifierDiagnostics.ReturnRange, $"program returns {Say(result)}, where {minimum} to {maximum} is allowed",
            "return one of the values that the program type knows, on every path", 0);
    }

    bool RefuseLeak(string when)
    {
        int acquired = _path.ReferenceSlots[0];
        string by = HelperCatalog.NameOf(_code[acquired].Immediate) is string name ? $"bpf_{name}" : "a helper";
        HelperSignature helper = _request.Helpers[_code[acquired].Immediate];
        bool socket = helper.Return is HelperReturn.SocketOrNull or HelperReturn.SocketCommonOrNull or HelperReturn.MapValueOrNull;
        string hint = helper.Arguments.Contains(HelperArgument.NewIterator) ? "end the iterator with its destroy function on every path"
            : socket ? "give the socket back with bpf_sk_release on every path" : "give it back on every path: submit or discard the reservation";
        return Refuse(
            VerifierDiagnostics.ReferenceLeak.At(
                ProgramPlaces.At(_program, _path.Slot), $"{when} while what {by} made at {PlaceOf(acquired)} is still held",
                hint),
            -1, acquired);
    }

    /// <summary>A helper that calls back: either it is done, or the callback runs once more.</summary>
    bool EnterCallback(int slot, HelperSignature helper)
    {
        int function = -1;
        RegisterState handed = RegisterState.Constant(0);
        for (int i = 0; i < helper.Arguments.Length; i++)
        {
            if (helper.Arguments[i] == HelperArgument.Callback)
                function = R((Register)(i + 1)).Index;
            else if (helper.Arguments[i] == HelperArgument.StackOrNull)
                handed = R((Register)(i + 1));
        }

        if (function < 0)
            return true;
        if (helper.Id == (int)HelperId.Loop)
        {
            _precision.Mark(_path, 1);
            if (R(Register.R1).Range.UMax <= (ulong)_path.Frame.Rounds)
            {
                _path.Frame.Rounds = 0;
                return true;
            }
        }

        if (_path.Depth + 1 >= RunLimits.ProgramFrames)
            return RefuseDepth(function);
        RegisterState first = R(Register.R1);
        PathState done = _path;
        PathState round = Fork(_program.Functions[function].Start);
        round.CallbackDepth++;
        round.Frame.Rounds++;
        done.Frame.Rounds = 0;
        _history[EntryOfCall(round, slot)].EntersCallback = true;
        _path = round;
        FrameState frame = PushFrame(function, slot);
        frame.IsCallback = true;
        frame.EntryReferences = _path.ReferenceCount;
        frame.EntryId = _nextId;
        CallbackArguments(frame, helper, first, handed);
        if (frame.R[3].Kind == RegisterKind.MapValue && _request.Maps[frame.R[3].Index].SpinLockOffset is not null)
            frame.R[3].Reference = NewId();
        _path = done;
        return true;
    }

    // The waiting round has its own entry for the call, which tells the tracker that a callback begins there.
    int EntryOfCall(PathState round, int slot) =>
        round.History = _history.Append(_history[_path.History].Previous, slot, _path.Depth);

    static void CallbackArguments(FrameState frame, HelperSignature helper, in RegisterState map, in RegisterState handed)
    {
        switch ((HelperId)helper.Id)
        {
            case HelperId.Loop:
                // The round; the kernel claims nothing of it.
                frame.R[1] = RegisterState.Unknown;
                frame.R[2] = handed;
                break;
            case HelperId.ForEachMapElem:
                frame.R[1] = map;
                frame.R[2] = RegisterState.Pointer(RegisterKind.MapKey, map.Index);
                frame.R[3] = RegisterState.Pointer(RegisterKind.MapValue, map.Index);
                frame.R[4] = handed;
                break;
            default:
                // A host's helper hands its callback what it was handed.
                frame.R[1] = handed;
                break;
        }
    }

    bool LeaveCallback(FrameState frame)
    {
        if (!IsWritten(Register.R0))
            return false;
        _precision.Mark(_path, 0);
        RegisterState result = R(Register.R0);
        if (!result.IsScalar || result.Range.UMax > 1)
        {
            return Refuse(
                VerifierDiagnostics.CallbackReturn, $"callback returns {Say(result)}, where 0 (go on) and 1 (stop) are known", "return 0 or 1 on every path", 0);
        }

        if (!ReferencesAsOnEntry(frame))
            return RefuseLeak("the callback ends");
        if (!Unlocked("the callback ends"))
            return false;
        _history[_path.History].LeavesCallback = true;
        _path.Depth--;
        _path.Slot = frame.CallSite;
        Widen(_path, frame.CallSite, _path.Parent);
        return true;
    }

    bool ReferencesAsOnEntry(FrameState frame)
    {
        if (_path.ReferenceCount != frame.EntryReferences)
            return false;
        for (int i = 0; i < _path.ReferenceCount; i++)
        {
            if (_path.References[i] > frame.EntryId)
                return false;
        }

        return true;
    }
}
