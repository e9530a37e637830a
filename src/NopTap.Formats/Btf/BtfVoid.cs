// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>Type 0: <c>void</c>.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Empty.</param>
public sealed record BtfVoid(int Id, string Name) : BtfType(Id, Name);
