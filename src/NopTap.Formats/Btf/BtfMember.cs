// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>One member of a structure or union.</summary>
/// <param name="Name">Name; empty for an anonymous structure or union.</param>
/// <param name="TypeId">Its type.</param>
/// <param name="BitOffset">Distance from the start, in bits.</param>
/// <param name="BitFieldSize">Width in bits; 0 when it is no bit field.</param>
public sealed record BtfMember(string Name, int TypeId, uint BitOffset, int BitFieldSize);
