// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>One declared parameter of a function.</summary>
/// <param name="Name">Name; empty when the declaration gives none.</param>
/// <param name="TypeName">C type as declared, for example <c>struct xdp_md *</c>.</param>
/// <param name="Kind">What the type is.</param>
/// <param name="Size">Bytes that a <see cref="FunctionParameterKind.Memory"/> parameter points to; else 0.</param>
/// <param name="Tags">What its <c>arg:</c> tags say.</param>
public sealed record FunctionParameter(string Name, string TypeName, FunctionParameterKind Kind, long Size, ParameterTags Tags)
{
    /// <summary>C text of the parameter.</summary>
    public override string ToString() => Name.Length == 0 ? TypeName : TypeName.EndsWith('*') ? TypeName + Name : $"{TypeName} {Name}";
}
