// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A function.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name.</param>
/// <param name="TypeId">Its <see cref="BtfFuncProto"/>.</param>
/// <param name="Linkage">How it is linked.</param>
public sealed record BtfFunc(int Id, string Name, int TypeId, BtfLinkage Linkage) : BtfType(Id, Name);
