// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Two-operand operations that share one family of encodings.</summary>
enum BinaryOperation : byte
{
    Add,
    Or,
    And,
    Sub,
    Xor,
    Compare,
}
