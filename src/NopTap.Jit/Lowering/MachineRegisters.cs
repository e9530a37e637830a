// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Jit;

/// <summary>Where the registers of BPF live; see Abi/README.md.</summary>
static class MachineRegisters
{
    /// <summary>The thread block.</summary>
    internal const Gpr ThreadBlock = Gpr.R12;

    /// <summary>Scratch: dead at every instruction boundary; also the sixth argument of helpers.</summary>
    internal const Gpr Scratch0 = Gpr.R9;

    /// <summary>Scratch.</summary>
    internal const Gpr Scratch1 = Gpr.R10;

    /// <summary>Scratch.</summary>
    internal const Gpr Scratch2 = Gpr.R11;

    /// <summary>BPF registers that a call may change, in number order.</summary>
    internal static readonly Register[] CallChanged =
        [Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5];

    static ReadOnlySpan<byte> Map =>
    [
        (byte)Gpr.Rax, (byte)Gpr.Rdi, (byte)Gpr.Rsi, (byte)Gpr.Rdx, (byte)Gpr.Rcx, (byte)Gpr.R8,
        (byte)Gpr.Rbx, (byte)Gpr.R13, (byte)Gpr.R14, (byte)Gpr.R15, (byte)Gpr.Rbp,
    ];

    /// <summary>The machine register of a BPF register.</summary>
    internal static Gpr Of(Register register) => (Gpr)Map[(int)register];
}
