// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Btf;

/// <summary>Linkage of a variable or function.</summary>
public enum BtfLinkage
{
    /// <summary>Static.</summary>
    Static = 0,

    /// <summary>Global, defined here.</summary>
    Global = 1,

    /// <summary>External, defined elsewhere.</summary>
    Extern = 2,
}
