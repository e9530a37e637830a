// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>A condition of Jcc, by its number in the opcode (Intel SDM volume 1, appendix B). The lowest bit negates.</summary>
enum Condition : byte
{
    Below = 2,
    AboveOrEqual = 3,
    Equal = 4,
    NotEqual = 5,
    BelowOrEqual = 6,
    Above = 7,
    Negative = 8,
    NotNegative = 9,
    Less = 12,
    GreaterOrEqual = 13,
    LessOrEqual = 14,
    Greater = 15,
}
