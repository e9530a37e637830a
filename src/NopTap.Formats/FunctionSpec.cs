// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>One function of a program.</summary>
/// <param name="Name">Symbol name.</param>
/// <param name="Start">First slot.</param>
/// <param name="Length">Slots.</param>
/// <param name="IsGlobal">Whether it is a non-static subprogram. Hidden ones count as static, as libbpf has it.</param>
/// <param name="BtfTypeId">Its FUNC in the object's BTF; 0 when unknown.</param>
public sealed record FunctionSpec(string Name, int Start, int Length, bool IsGlobal, int BtfTypeId)
{
    /// <summary>Slot behind the last.</summary>
    public int End => Start + Length;

    /// <summary>Declaration of a global function, from which it is verified once; null for others and where BTF does not tell it.</summary>
    public FunctionPrototype? Prototype { get; init; }
}
