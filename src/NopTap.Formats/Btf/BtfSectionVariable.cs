// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>One variable of a section.</summary>
/// <param name="TypeId">Its <see cref="BtfVar"/>, or a <see cref="BtfFunc"/> for an external function.</param>
/// <param name="Offset">Bytes from the start of the section.</param>
/// <param name="Size">Bytes.</param>
public sealed record BtfSectionVariable(int TypeId, uint Offset, uint Size);
