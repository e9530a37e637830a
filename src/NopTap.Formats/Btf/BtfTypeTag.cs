// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A type attribute (<c>btf_type_tag</c>).</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Text of the tag.</param>
/// <param name="TypeId">The type beneath.</param>
public sealed record BtfTypeTag(int Id, string Name, int TypeId) : BtfReference(Id, Name, TypeId);
