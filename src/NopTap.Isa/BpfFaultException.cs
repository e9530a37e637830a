// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>A program that touched what it may not, found while running under the checking interpreter. The run ended; the program is usable.</summary>
public sealed class BpfFaultException : BpfException
{
    /// <summary>Wraps a diagnostic.</summary>
    /// <param name="diagnostic">The fault.</param>
    public BpfFaultException(Diagnostic diagnostic)
        : base(diagnostic)
    {
    }
}
