// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Base of everything that the library throws on bad input or a refused operation; carries the diagnostic.</summary>
public abstract class BpfException : Exception
{
    private protected BpfException(Diagnostic diagnostic, Exception? inner = null)
        : base(diagnostic?.ToString(), inner)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        Diagnostic = diagnostic;
    }

    /// <summary>What, where and how to fix it.</summary>
    public Diagnostic Diagnostic { get; }

    /// <summary>The kernel's error number for this situation.</summary>
    public Errno Errno => Diagnostic.Errno;
}
