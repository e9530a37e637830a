// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>A general register of x86-64, by the number that encodings give it (Intel SDM volume 2, table 3-1).</summary>
enum Gpr : byte
{
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}
