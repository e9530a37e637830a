// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>A pointer.</summary>
/// <param name="Id">Type id.</param>
/// <param name="Name">Empty.</param>
/// <param name="TypeId">What it points at.</param>
public sealed record BtfPointer(int Id, string Name, int TypeId) : BtfReference(Id, Name, TypeId);
