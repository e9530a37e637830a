// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>Outcome of a verification: a program that may run, or the reason why not. A value; never thrown.</summary>
public sealed class VerificationResult
{
    internal VerificationResult(VerifiedProgram program, ImmutableArray<string> unchecked_) => (Program, NotChecked) = (program, unchecked_);

    internal VerificationResult(Diagnostic rejection) => Rejection = rejection;

    /// <summary>The accepted program, or null.</summary>
    public VerifiedProgram? Program { get; }

    /// <summary>Why the program was refused, or null.</summary>
    public Diagnostic? Rejection { get; }

    /// <summary>Whether the program may run.</summary>
    public bool IsAccepted => Program is not null;

    /// <summary>Properties that this verification does not prove, a sentence each; empty when the proof is complete.</summary>
    public ImmutableArray<string> NotChecked { get; } = [];

    /// <summary>The accepted program.</summary>
    /// <exception cref="VerificationException">The program was refused.</exception>
    public VerifiedProgram EnsureAccepted() => Program ?? throw new VerificationException(Rejection!);
}
