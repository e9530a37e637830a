// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>One declared parameter of a probe.</summary>
/// <param name="Name">Name, or null when the declaration gives none (the RFC's header never does).</param>
/// <param name="TypeName">C type as declared, for example <c>struct xdp_md *</c>.</param>
/// <param name="TypeId">BTF type; 0 when unknown.</param>
/// <param name="Kind">What it is to an observer.</param>
/// <param name="Size">Width in bytes: 1, 2, 4 or 8.</param>
/// <param name="IsSigned">Whether a narrower value is sign-extended.</param>
public sealed record ProbeParameter(string? Name, string TypeName, int TypeId, ProbeArgumentKind Kind, int Size, bool IsSigned)
{
    /// <summary>C text of the parameter.</summary>
    public override string ToString()
    {
        if (Name is null)
            return TypeName;
        int function = TypeName.IndexOf("(*)", StringComparison.Ordinal);
        if (function >= 0)
            return TypeName.Insert(function + 2, Name);
        return TypeName.EndsWith('*') ? TypeName + Name : $"{TypeName} {Name}";
    }
}
