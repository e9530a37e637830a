// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A floating-point number.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">C name.</param>
/// <param name="Size">Bytes.</param>
public sealed record BtfFloat(int Id, string Name, int Size) : BtfType(Id, Name);
