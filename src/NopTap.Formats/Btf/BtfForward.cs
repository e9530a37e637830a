// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A structure or union without a body.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name.</param>
/// <param name="IsUnion">Whether it is a union.</param>
public sealed record BtfForward(int Id, string Name, bool IsUnion) : BtfType(Id, Name);
