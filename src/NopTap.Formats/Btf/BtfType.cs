// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>One type of a <c>.BTF</c> section.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name; empty when it has none.</param>
public abstract record BtfType(int Id, string Name)
{
    /// <summary>Kind and name; <see cref="BtfTypes.Print(int)"/> gives C text.</summary>
    public sealed override string ToString() => Name.Length == 0 ? $"[{Id}] {GetType().Name}" : $"[{Id}] {GetType().Name} {Name}";
}
