// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

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
