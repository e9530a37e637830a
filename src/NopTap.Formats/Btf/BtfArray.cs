// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>An array.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Empty.</param>
/// <param name="ElementTypeId">Type of an element.</param>
/// <param name="IndexTypeId">Type of an index.</param>
/// <param name="Length">Elements; 0 for a flexible array.</param>
public sealed record BtfArray(int Id, string Name, int ElementTypeId, int IndexTypeId, uint Length) : BtfType(Id, Name);
