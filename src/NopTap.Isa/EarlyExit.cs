// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>
/// Every way in which an engine may leave what it runs, or leave undone what an instruction asks for, where no instruction of the program
/// says so.
/// </summary>
/// <remarks>
/// The one list of them. <see cref="EarlyExits"/> says where each happens, what it leaves and with what result. The verifier
/// (<c>Exploration/Explorer.EarlyExits.cs</c>) follows each as a path, in a switch over all members without a default, so that a new one does not
/// compile until it is followed. Interpreter (<c>Execution.EarlyExits.cs</c>, <c>Execution.Rounds.cs</c>) and compiler
/// (<c>Lowering/FunctionLowering.EarlyExits.cs</c>, <c>Lowering/FunctionLowering.Rounds.cs</c>) name the member at each place where they leave, and
/// leave as its rule says. Tests hold each against both engines (<c>EarlyExitTests</c>, <c>StopTests</c>).
/// </remarks>
public enum EarlyExit
{
    /// <summary>A legacy packet load (LD_ABS, LD_IND) outside of the packet ends the function with 0 (RFC 9669, section 5.5).</summary>
    PacketLoadFails,

    /// <summary>A tail call finds its program: the function is replaced, and its caller gets what that program returns.</summary>
    TailCallSucceeds,

    /// <summary>A tail call finds no program, has no call left, or the run is told to stop: the next instruction follows.</summary>
    TailCallFallsThrough,

    /// <summary>
    /// A helper throws: the program goes on with -EFAULT, or null where the helper returns an address. Memory that the helper was to fill
    /// may be as it was; what it was to make of the program's memory (a dynptr, an iterator) is made, of nothing.
    /// </summary>
    HelperFaults,

    /// <summary>A helper that calls back makes fewer calls than it was asked for: <c>bpf_loop</c>, <c>bpf_for_each_map_elem</c>.</summary>
    CallbacksEnd,

    /// <summary>An iterator gives null before its last element.</summary>
    IteratorEnds,

    /// <summary><c>may_goto</c> jumps: its budget is spent, or the run is told to stop.</summary>
    MayGotoJumps,

    /// <summary>A global function, or an observer, returns 0 at its entry, without having run: the run is told to stop.</summary>
    GlobalFunctionSkipped,

    /// <summary>The run ends without a result: a budget of the interpreter is spent, or an access is outside of all memory. No code of the program follows.</summary>
    RunFaults,
}
