// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats.Btf;

/// <summary>A function's prototype.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Empty.</param>
/// <param name="ReturnTypeId">What it returns; 0 for void.</param>
/// <param name="Parameters">Parameters in order; a last one of type 0 stands for <c>...</c>.</param>
public sealed record BtfFuncProto(int Id, string Name, int ReturnTypeId, ImmutableArray<BtfParameter> Parameters) : BtfType(Id, Name);
