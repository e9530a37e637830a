// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats.Btf;

/// <summary>A section with variables.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">ELF section.</param>
/// <param name="Size">Bytes; 0 when only the ELF section knows.</param>
/// <param name="Variables">Variables in order.</param>
public sealed record BtfDataSec(int Id, string Name, uint Size, ImmutableArray<BtfSectionVariable> Variables) : BtfType(Id, Name);
