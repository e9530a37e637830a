// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>How instructions are written.</summary>
public enum InstructionDialect
{
    /// <summary>As the kernel's verifier log and <c>bpftool prog dump xlated</c>: <c>(07) r1 += 8</c>.</summary>
    Kernel,

    /// <summary>As llvm-objdump and clang's inline assembler: <c>r1 += 0x8</c>.</summary>
    Llvm,
}
