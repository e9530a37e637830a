// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Base of everything that the library throws on bad input or a refused operation; carries the diagnostic.</summary>
public abstract class BpfException : Exception
{
    private protected BpfException(Diagnostic diagnostic, Exception? inner = null)
        : base(diagnostic.ToString(), inner) => Diagnostic = diagnostic;

    /// <summary>What, where and how to mend it.</summary>
    public Diagnostic Diagnostic { get; }

    /// <summary>The kernel's error number for this situation.</summary>
    public Errno Errno => Diagnostic.Errno;
}

/// <summary>Bytes that are not what they claim to be: an object, BTF, a note, an instruction. Nothing was created.</summary>
public sealed class BpfFormatException : BpfException
{
    /// <summary>Wraps a diagnostic.</summary>
    /// <param name="diagnostic">What was wrong.</param>
    public BpfFormatException(Diagnostic diagnostic)
        : base(diagnostic)
    {
    }
}

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
