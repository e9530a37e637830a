// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Formats;
using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

// The ways in which an engine may leave that no instruction names (EarlyExits): each is a path of its own, in the verdict as in the facts.
sealed partial class Explorer
{
    /// <summary>Follows every early exit of the current instruction. Its own outcome is what the current path goes on with.</summary>
    /// <param name="instruction">The instruction, of which all else is done.</param>
    /// <param name="helper">The helper that it calls, or null.</param>
    /// <param name="callsGlobal">Whether it calls a global function.</param>
    /// <returns>False when one of them breaks a rule.</returns>
    bool FollowEarlyExits(in Instruction instruction, HelperSignature? helper = null, bool callsGlobal = false)
    {
        foreach (EarlyExit exit in EarlyExits.All)
        {
            if (EarlyExits.MayHappen(exit, instruction, helper, callsGlobal) && !Follow(EarlyExits.RuleOf(exit)))
                return false;
        }

        return true;
    }

#pragma warning disable CS8524 // no arm for numbers without a name, so that a new early exit does not compile until it is followed
    bool Follow(in EarlyExitRule rule) => rule.Exit switch
    {
        EarlyExit.PacketLoadFails => LeaveEarly(rule),
        EarlyExit.TailCallSucceeds => LeaveByTailCall(rule),
        // The path that goes on is this one: nothing was changed, and r0 is not read.
        EarlyExit.TailCallFallsThrough => Promised(R(Register.R0).Kind == RegisterKind.NotWritten),
        EarlyExit.HelperFaults => Promised(IsDoubted(R(Register.R0))),
        // EnterCallback leaves the helper in front of each round, NextElement and MayGoto go both ways.
        EarlyExit.CallbacksEnd or EarlyExit.IteratorEnds or EarlyExit.MayGotoJumps => true,
        // What it may have written could be read before; of what it returns nothing is known.
        EarlyExit.GlobalFunctionSkipped => Promised(R(Register.R0) is { Kind: RegisterKind.Scalar } result && result.Range.Includes(ResultOf(rule).Range)),
        // Nothing of the program comes behind it.
        EarlyExit.RunFaults => true,
    };
#pragma warning restore CS8524

    // What the code above has to have said of the result for this exit to lie within it.
    bool Promised(bool holds) => holds
        ? true : throw new UnreachableException($"BUG: at slot {_path.Slot} r0 is {Say(R(Register.R0))}, which an early exit contradicts");

    /// <summary>The function ends here with the result that the rule says, everything else being as it is.</summary>
    bool LeaveEarly(in EarlyExitRule rule, bool movesPackets = false)
    {
        PathState goesOn = _path;
        if (_path.Depth == 0)
        {
            RegisterState loaded = R(Register.R0);
            R(Register.R0) = ResultOf(rule);
            bool ends = Finish();
            R(Register.R0) = loaded;
            return ends;
        }

        int slot = _path.Slot;
        PathState left = Fork(_path.Frame.IsCallback ? _path.Frame.CallSite : _path.Frame.CallSite + 1);
        left.History = _history.Append(_history[_path.History].Previous, slot, _path.Depth);
        _history[left.History].LeavesEarly = true;
        left.Slot = slot;
        left.Frame.R[(int)Register.R0] = ResultOf(rule);
        _path = left;
        bool fine = Exit(slot) != Step.Refused;
        if (movesPackets)
            ForgetPackets(left);
        _path = goesOn;
        return fine;
    }

    /// <summary>A tail call replaces one function: where that was called by another, the other gets what the next program returns.</summary>
    bool LeaveByTailCall(in EarlyExitRule rule)
    {
        // The next program ends the run in this one's stead, and is held to what programs of the type may return.
        if (_path.Depth == 0)
            return true;
        if (_path.Frame.IsCallback)
        {
            return Refuse(
                VerifierDiagnostics.CallbackReturn, "callback ends in a tail call and so returns what another program does, where 0 (go on) and 1 (stop) are known",
                "make the tail call behind the helper that calls back");
        }

        return LeaveEarly(rule, movesPackets: true);
    }

    static RegisterState ResultOf(in EarlyExitRule rule) => rule.Result switch
    {
        EarlyExitResult.Zero => RegisterState.Constant(0),
        _ => RegisterState.Unknown,
    };

    // Whether a result may as well be an error: nothing at all, any number, an address that may be null. Elements alone are never null, and
    // where they are they are found by arithmetic that does not throw.
    static bool IsDoubted(in RegisterState result) => result.Kind switch
    {
        RegisterKind.NotWritten or RegisterKind.MapValue => true,
        RegisterKind.Scalar => result.IsNull || result.Range.SameAs(RegisterState.Unknown.Range),
        _ => result.Nullable,
    };

    // The kernel lets a function end early by a packet load only where types say that it returns a number: 0 is what its caller gets.
    bool MayLoadPackets()
    {
        int function = _path.Frame.Function;
        if (function == 0)
            return true;
        FunctionSpec spec = _program.Functions[function];
        if (spec.BtfTypeId == 0)
        {
            return Refuse(
                VerifierDiagnostics.PacketLoadInFunction, $"legacy packet load in function '{spec.Name}', of which no types tell that it returns a number; a load outside of the packet ends it with 0",
                "compile with -g, or load from the packet in the program's entry function");
        }

        return ReturnsNumber(spec) || Refuse(
            VerifierDiagnostics.PacketLoadInFunction, $"legacy packet load in function '{spec.Name}', which does not return int; a load outside of the packet ends it with 0",
            "let the function return int, or load from the packet in the program's entry function");
    }

    bool ReturnsNumber(FunctionSpec spec)
    {
        if (_program.Btf is not { } btf || btf.TypeById(spec.BtfTypeId) is not BtfFunc type || btf.TypeById(type.TypeId) is not BtfFuncProto prototype)
            return true;
        return prototype.ReturnTypeId != 0 && btf.SkipModifiers(prototype.ReturnTypeId) is BtfInt or BtfEnum;
    }
}
