// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>An operation of the runtime that was refused; the objects involved are as they were before.</summary>
public sealed class BpfOperationException : BpfException
{
    /// <summary>Wraps a diagnostic.</summary>
    /// <param name="diagnostic">What was refused.</param>
    /// <param name="inner">The cause beneath, if any.</param>
    public BpfOperationException(Diagnostic diagnostic, Exception? inner = null)
        : base(diagnostic, inner)
    {
    }
}
