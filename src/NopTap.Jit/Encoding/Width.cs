// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Operand size of an operation on registers; one of 32 bits clears the upper half of what it writes.</summary>
enum Width : byte
{
    Bits32,
    Bits64,
}
