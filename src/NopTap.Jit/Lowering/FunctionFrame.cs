// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Jit;

/// <summary>The stack frame of one function: what is saved and how much is reserved.</summary>
/// <remarks>
/// <code>
/// higher   return address
///          caller's rbp          &lt;- rbp, when the function has a frame pointer
///          BPF stack             rbp - StackDepth
///          loop budget           8 bytes, only with may_goto
///          alignment             0 or 8 bytes
///          saved rbx, r13-r15    those that the function writes
/// lower                          &lt;- rsp, 0 modulo 16 when the function has calls or sites
/// </code>
/// A function that never looks at r10 has no frame pointer and no BPF stack. One that calls nothing keeps up to 128 bytes in the red zone
/// (System V ABI, section 3.2.2).
/// </remarks>
readonly struct FunctionFrame
{
    const int RedZone = 128;

    readonly int _reserved;
    readonly int _cleared;
    readonly RegisterSet _kept;

    internal FunctionFrame(in FunctionFacts facts, bool needsFramePointer, bool hasMayGoto, bool hasCalls)
    {
        HasFramePointer = needsFramePointer || hasMayGoto;
        _kept = facts.WrittenKept & RegisterSet.CallKept;
        int depth = HasFramePointer ? (facts.StackDepth + 7) & ~7 : 0;
        _cleared = facts.ReadsUnwrittenStack ? depth : 0;
        LoopBudgetDisplacement = hasMayGoto ? -(depth + 8) : 0;
        _reserved = depth + (hasMayGoto ? 8 : 0);
        if (hasCalls)
        {
            // The return address, perhaps rbp, what is reserved and what is saved fill whole 16 bytes.
            int pushed = 8 + (HasFramePointer ? 8 : 0) + (8 * _kept.Count);
            _reserved += (_reserved + pushed) & 8;
        }
        else if (_kept.IsEmpty && _reserved <= RedZone)
        {
            _reserved = 0;
        }
    }

    internal bool HasFramePointer { get; }

    /// <summary>Displacement from rbp of the passes that may_goto has left; 0 when there is none.</summary>
    internal int LoopBudgetDisplacement { get; }

    internal void EmitEnter(MachineWriter writer)
    {
        if (HasFramePointer)
        {
            writer.Push(Gpr.Rbp);
            writer.Move(Width.Bits64, Gpr.Rbp, Gpr.Rsp);
        }

        if (_reserved != 0)
            writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rsp, _reserved);
        for (Register register = Register.R6; register <= Register.R9; register++)
        {
            if (_kept.Contains(register))
                writer.Push(MachineRegisters.Of(register));
        }

        if (LoopBudgetDisplacement != 0)
            writer.StoreConstant(8, RunLimits.Loops, Gpr.Rbp, LoopBudgetDisplacement);

        // The program may read bytes that it never wrote; what stands there is the host's, and not for it to see.
        for (int displacement = -_cleared; displacement < 0; displacement += 8)
            writer.StoreConstant(8, 0, Gpr.Rbp, displacement);
    }

    internal void EmitLeave(MachineWriter writer)
    {
        for (Register register = Register.R9; register >= Register.R6; register--)
        {
            if (_kept.Contains(register))
                writer.Pop(MachineRegisters.Of(register));
        }

        if (HasFramePointer && _reserved != 0)
            writer.Leave();
        else if (HasFramePointer)
            writer.Pop(Gpr.Rbp);
        else if (_reserved != 0)
            writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rsp, _reserved);
    }
}
