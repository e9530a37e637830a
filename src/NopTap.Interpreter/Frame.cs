// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>What a call keeps until it returns.</summary>
struct Frame
{
    /// <summary>Caller's program: not the callee's where a tail call replaced it.</summary>
    public ProgramInterpreter Caller;

    /// <summary>Slot behind the call; of a callback the slot of the helper's call.</summary>
    public int ReturnTo;

    /// <summary>Function that runs in it, of the program that runs in it.</summary>
    public int Function;

    /// <summary>Frames of the run below the first one of the program that runs in it.</summary>
    public int Base;

    /// <summary>Whether a helper called it.</summary>
    public bool IsCallback;

    /// <summary>The caller's r6 to r10.</summary>
    public ulong R6, R7, R8, R9, R10;

    /// <summary>Passes of <c>may_goto</c> that are left.</summary>
    public int LoopBudget;

    /// <summary>Functions of this frame whose exit is observed, newest first: several where one tail-called another.</summary>
    public TracedCall? Traced;
}

/// <summary>A function that was observed at its entry.</summary>
/// <param name="Hook">Who observes.</param>
/// <param name="Function">The function.</param>
/// <param name="Arguments">r1 to r5 at its entry.</param>
/// <param name="Outer">The call that was replaced by this one.</param>
sealed record TracedCall(IProbeHook Hook, int Function, ulong[] Arguments, TracedCall? Outer);
