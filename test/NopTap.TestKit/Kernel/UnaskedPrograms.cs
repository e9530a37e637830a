// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.TestKit.Kernel;

/// <summary>Programs that the kernel is not asked about, since asking harms it.</summary>
public static class UnaskedPrograms
{
    /// <summary>
    /// Why a program must not be loaded, or null. Linux 6.18.44 follows a failing LD_ABS or LD_IND of a function to its caller; where a number
    /// mattered there, <c>__mark_chain_precision</c> walks back over an exit that is not in the code and writes outside of its arrays.
    /// </summary>
    /// <param name="code">All instructions of the program, in the kernel's form or ours.</param>
    public static string? WhyNot(ReadOnlySpan<Instruction> code)
    {
        // The first function ends where the first of the others begins, whatever a specification says.
        int others = code.Length;
        for (int slot = 0; slot < code.Length; slot++)
        {
            if (code[slot].IsProgramCall || code[slot].IsFunctionReference)
                others = Math.Min(others, code[slot].CallTarget(slot));
        }

        for (int slot = Math.Max(others, 0); slot < code.Length; slot++)
        {
            if (code[slot].IsPacketLoad)
                return "not asked: of a packet load outside of the first function this kernel writes outside of its own memory";
        }

        return null;
    }
}
