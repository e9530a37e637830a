// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>One machine instruction as text.</summary>
/// <param name="Address">Where it runs.</param>
/// <param name="Offset">Bytes from the start of the code.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Text">Intel syntax.</param>
/// <param name="Function">Index of the function that begins here; -1 for none.</param>
/// <param name="Slot">Slot of the BPF instruction whose code begins here; -1 when there is none.</param>
public readonly record struct MachineLine(ulong Address, int Offset, int Length, string Text, int Function, int Slot)
{
    /// <summary>Offset and text, as <c>  1f: mov eax, 1</c>.</summary>
    public override string ToString() => $"{Offset,4:x}: {Text}";
}
