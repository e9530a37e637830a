// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A <c>const</c> qualifier.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Empty.</param>
/// <param name="TypeId">The type beneath.</param>
public sealed record BtfConst(int Id, string Name, int TypeId) : BtfReference(Id, Name, TypeId);
