// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A declaration attribute (<c>btf_decl_tag</c>).</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Text of the tag.</param>
/// <param name="TypeId">What it is attached to.</param>
/// <param name="ComponentIndex">Member or parameter; -1 for the thing itself.</param>
public sealed record BtfDeclTag(int Id, string Name, int TypeId, int ComponentIndex) : BtfType(Id, Name);
