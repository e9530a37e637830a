// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>Where an external name would come from.</summary>
public enum ExternKind
{
    /// <summary>Nowhere that a BPF loader knows.</summary>
    Unknown,

    /// <summary>The kernel's configuration (<c>__kconfig</c>).</summary>
    Kconfig,

    /// <summary>A kernel variable (<c>__ksym</c>).</summary>
    KernelVariable,

    /// <summary>A kernel function (<c>__ksym</c>).</summary>
    KernelFunction,
}
