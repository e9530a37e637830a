// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>An integer, character or boolean.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">C name.</param>
/// <param name="Size">Bytes: 1, 2, 4, 8 or 16.</param>
/// <param name="IsSigned">Whether it is signed.</param>
/// <param name="IsChar">Whether the compiler marked it as a character.</param>
/// <param name="IsBool">Whether it is a boolean.</param>
/// <param name="Bits">Width in bits; less than the size in old-style bit fields.</param>
public sealed record BtfInt(int Id, string Name, int Size, bool IsSigned, bool IsChar, bool IsBool, int Bits) : BtfType(Id, Name);
