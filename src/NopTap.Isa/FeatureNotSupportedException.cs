// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Something that this machine or build cannot do; other operations are unaffected.</summary>
public sealed class FeatureNotSupportedException : BpfException
{
    /// <summary>Wraps a diagnostic.</summary>
    /// <param name="diagnostic">What is missing and what it needs.</param>
    public FeatureNotSupportedException(Diagnostic diagnostic)
        : base(diagnostic)
    {
    }
}
