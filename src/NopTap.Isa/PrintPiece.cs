// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>One piece of a format string.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Of text: index of its first byte.</param>
/// <param name="Length">Of text: bytes.</param>
public readonly record struct PrintPiece(PrintKind Kind, int Start, int Length)
{
    /// <summary>Widest field.</summary>
    public const int MaximumWidth = (1 << 23) - 1;

    /// <summary>Flag <c>-</c>: the value stands at the left of its field.</summary>
    public bool IsLeft { get; init; }

    /// <summary>Flag <c>+</c>: a signed number that is not negative shows a plus.</summary>
    public bool HasPlus { get; init; }

    /// <summary>Flag space: a signed number that is not negative shows a space.</summary>
    public bool HasSpace { get; init; }

    /// <summary>Flag <c>0</c>: a number is filled up with zeroes.</summary>
    public bool HasZeroes { get; init; }

    /// <summary>Width of the field: at most <see cref="MaximumWidth"/>, -1 when none is said.</summary>
    public int Width { get; init; }

    /// <summary>Whether the value is a number of 64 bits.</summary>
    public bool IsLong { get; init; }
}
