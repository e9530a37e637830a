// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A type that stands for one other: pointer, qualifier, typedef or type tag.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name; empty when it has none.</param>
/// <param name="TypeId">The other type.</param>
public abstract record BtfReference(int Id, string Name, int TypeId) : BtfType(Id, Name);
