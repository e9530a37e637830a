// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>One parameter of a prototype.</summary>
/// <param name="Name">Name; empty when it has none.</param>
/// <param name="TypeId">Its type; 0 stands for <c>...</c>.</param>
public sealed record BtfParameter(string Name, int TypeId);
