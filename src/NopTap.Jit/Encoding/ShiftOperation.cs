// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Shifts.</summary>
enum ShiftOperation : byte
{
    Left,
    Right,
    ArithmeticRight,
}
