// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Elf;

/// <summary>One entry of the ELF symbol table.</summary>
/// <param name="Name">Name; empty for section symbols.</param>
/// <param name="Value">Offset in its section.</param>
/// <param name="Size">Bytes, 0 when unknown.</param>
/// <param name="Info">Binding in the high four bits, type in the low four.</param>
/// <param name="Other">Visibility in the low two bits.</param>
/// <param name="SectionIndex">Section, 0 when undefined, from 0xff00 on a reserved meaning.</param>
readonly record struct ElfSymbol(string Name, ulong Value, ulong Size, byte Info, byte Other, ushort SectionIndex)
{
    const int TypeFunction = 2;
    const int TypeSection = 3;
    const int BindLocal = 0;
    const int BindWeak = 2;
    const int VisibilityInternal = 1;
    const int VisibilityHidden = 2;
    public const ushort ReservedSections = 0xff00;

    public bool IsFunction => (Info & 0xf) == TypeFunction;

    public bool IsSection => (Info & 0xf) == TypeSection;

    public bool IsLocal => Info >> 4 == BindLocal;

    public bool IsWeak => Info >> 4 == BindWeak;

    public bool IsHidden => (Other & 3) is VisibilityInternal or VisibilityHidden;

    public bool IsUndefined => SectionIndex == 0;
}
