// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Parity.Kernel;

/// <summary>Programs that must not be shown to a kernel, since its verifier itself does harm.</summary>
/// <remarks>
/// Linux 6.18 writes outside of its memory while it follows a legacy packet load in a function other than the first: the machine may be lost.
/// </remarks>
static class KernelFaults
{
    public const string Reason = "not asked: a legacy packet load outside of the first function, at which this kernel's verifier faults";

    /// <summary>Whether a program is one of them.</summary>
    /// <param name="code">Its slots, functions behind the first included.</param>
    public static bool Has(ReadOnlySpan<Instruction> code)
    {
        int end = code.Length;
        for (int slot = 0; slot < code.Length; slot += code[slot].SlotCount)
        {
            bool isCall = code[slot].Opcode == (Opcode.Jmp | Opcode.Call) && (byte)code[slot].Source == PseudoSource.ProgramCall;
            bool isName = code[slot].Opcode == Opcode.LdImm64 && (byte)code[slot].Source == PseudoSource.Function;
            long target = (long)slot + 1 + code[slot].Immediate;
            if ((isCall || isName) && target > 0 && target < end)
                end = (int)target;
        }

        foreach (Instruction instruction in code[end..])
        {
            if ((instruction.Opcode & (0xe0 | 0x07)) is (Opcode.Ld | Opcode.Abs) or (Opcode.Ld | Opcode.Ind))
                return true;
        }

        return false;
    }
}
