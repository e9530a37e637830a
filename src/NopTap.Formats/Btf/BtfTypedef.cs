// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A typedef.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Name.</param>
/// <param name="TypeId">The type beneath.</param>
public sealed record BtfTypedef(int Id, string Name, int TypeId) : BtfReference(Id, Name, TypeId);
