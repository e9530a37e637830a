// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A variable.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name.</param>
/// <param name="TypeId">Its type.</param>
/// <param name="Linkage">How it is linked.</param>
public sealed record BtfVar(int Id, string Name, int TypeId, BtfLinkage Linkage) : BtfType(Id, Name);
