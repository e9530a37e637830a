// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>The type graph of an object's <c>.BTF</c> section. Immutable.</summary>
public sealed partial class BtfTypes
{
}
