// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

enum AssemblyTokenKind
{
    Name,
    Number,
    Operator,
    End,
}

/// <summary>A word of a line of assembler text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters.</param>
/// <param name="Column">1-based column of the first.</param>
/// <param name="Value">Value of a number.</param>
readonly record struct AssemblyToken(AssemblyTokenKind Kind, string Text, int Column, ulong Value = 0)
{
    internal bool Is(string text) => Kind != AssemblyTokenKind.End && Text == text;

    internal string Shown => Kind == AssemblyTokenKind.End ? "the end of the line" : $"'{Text}'";
}
