// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Elf;

/// <summary>One REL entry: the addend stands in the patched bytes.</summary>
/// <param name="Offset">Patched byte of the target section.</param>
/// <param name="Type">R_BPF_*.</param>
/// <param name="Symbol">What it refers to.</param>
readonly record struct ElfRelocation(ulong Offset, uint Type, ElfSymbol Symbol)
{
    /// <summary>R_BPF_64_64: the 64-bit immediate of a wide load.</summary>
    public const uint Wide = 1;

    /// <summary>R_BPF_64_ABS64: an 8-byte datum.</summary>
    public const uint Absolute64 = 2;

    /// <summary>R_BPF_64_ABS32: a 4-byte datum.</summary>
    public const uint Absolute32 = 3;

    /// <summary>R_BPF_64_NODYLD32: a 4-byte datum that is not loaded (BTF).</summary>
    public const uint NoLoad32 = 4;

    /// <summary>R_BPF_64_32: the immediate of a call.</summary>
    public const uint Call = 10;

    public int Width => Type switch
    {
        Wide => 16,
        Absolute64 or Call => 8,
        _ => 4,
    };
}
