// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats.Btf;

/// <summary>An enumeration (<c>ENUM</c> or <c>ENUM64</c>).</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name; empty when anonymous.</param>
/// <param name="Size">Bytes: 1, 2, 4 or 8.</param>
/// <param name="IsSigned">Whether its values are signed.</param>
/// <param name="Values">Enumerators in order.</param>
public sealed record BtfEnum(int Id, string Name, int Size, bool IsSigned, ImmutableArray<BtfEnumerator> Values) : BtfType(Id, Name);
