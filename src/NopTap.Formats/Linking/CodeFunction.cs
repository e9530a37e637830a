// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Linking;

/// <summary>A function symbol and the slots it covers in its section.</summary>
/// <param name="name">Symbol.</param>
/// <param name="section">Where it stands.</param>
/// <param name="start">First slot in the section.</param>
/// <param name="length">Slots.</param>
/// <param name="isStatic">Whether the symbol is local to the object.</param>
/// <param name="isHidden">Whether its visibility hides it from the verifier's view of global functions.</param>
sealed class CodeFunction(string name, CodeSection section, int start, int length, bool isStatic, bool isHidden)
{
    public string Name => name;

    public CodeSection Section => section;

    public int Start => start;

    public int Length => length;

    public int End => start + length;

    public bool IsStatic => isStatic;

    public bool IsHidden => isHidden;
}
