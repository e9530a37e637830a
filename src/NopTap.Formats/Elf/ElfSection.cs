// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Elf;

/// <summary>One entry of an ELF section table; its bytes have been checked to lie inside the file.</summary>
/// <param name="Index">Place in the table.</param>
/// <param name="Name">Name.</param>
/// <param name="Type">SHT_*.</param>
/// <param name="Flags">SHF_*.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Size">Bytes; in memory only when <see cref="HasBytes"/> is false.</param>
/// <param name="Link">Linked section.</param>
/// <param name="Info">Extra word: for relocations the section that they patch.</param>
sealed record ElfSection(int Index, string Name, uint Type, ulong Flags, ulong Offset, ulong Size, uint Link, uint Info)
{
    public const uint TypeNull = 0;
    public const uint TypeProgramBits = 1;
    public const uint TypeSymbols = 2;
    public const uint TypeStrings = 3;
    public const uint TypeRela = 4;
    public const uint TypeNoBits = 8;
    public const uint TypeRel = 9;
    public const ulong FlagExecutable = 4;

    public bool HasBytes => Type is not TypeNoBits and not TypeNull;

    public bool IsCode => Type == TypeProgramBits && (Flags & FlagExecutable) != 0 && Size != 0;
}
