// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>One constant of an enumeration.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value, extended by the signedness of the enumeration.</param>
public sealed record BtfEnumerator(string Name, long Value);
