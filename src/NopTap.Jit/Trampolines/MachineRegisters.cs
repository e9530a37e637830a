// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using Register = NopTap.Isa.Register;

namespace NopTap.Jit.Trampolines;

/// <summary>The machine register of each BPF register (Abi/README.md).</summary>
static class MachineRegisters
{
    /// <summary>BPF registers that a call may change, in number order.</summary>
    internal static readonly Register[] CallChanged =
        [Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5];

    internal static AssemblerRegister64 Of(Register register) => register switch
    {
        Register.R0 => rax,
        Register.R1 => rdi,
        Register.R2 => rsi,
        Register.R3 => rdx,
        Register.R4 => rcx,
        Register.R5 => r8,
        Register.R6 => rbx,
        Register.R7 => r13,
        Register.R8 => r14,
        Register.R9 => r15,
        Register.R10 => rbp,
        _ => throw new UnreachableException("BUG: no such register"),
    };
}
