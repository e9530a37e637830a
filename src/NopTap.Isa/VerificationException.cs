// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>A refused program. Nothing was created.</summary>
public sealed class VerificationException : BpfException
{
    /// <summary>Wraps a diagnostic.</summary>
    /// <param name="diagnostic">The rejection.</param>
    public VerificationException(Diagnostic diagnostic)
        : base(diagnostic)
    {
    }
}
