// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats.Btf;

/// <summary>A structure or union.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name; empty when anonymous.</param>
/// <param name="IsUnion">Whether it is a union.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Members">Members in order.</param>
public sealed record BtfStruct(int Id, string Name, bool IsUnion, uint Size, ImmutableArray<BtfMember> Members) : BtfType(Id, Name);
