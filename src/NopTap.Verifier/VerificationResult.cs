// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>Outcome of a verification: a program that may run, or the reason why not. A value; never thrown.</summary>
public sealed class VerificationResult
{
    internal VerificationResult(VerifiedProgram program, ImmutableArray<string> unchecked_) => (Program, NotChecked) = (program, unchecked_);

    internal VerificationResult(Diagnostic rejection) => Rejection = rejection;

    internal VerificationResult(Rejection explanation) => (Rejection, Explanation) = (explanation.Diagnostic, explanation);

    /// <summary>The accepted program, or null.</summary>
    public VerifiedProgram? Program { get; }

    /// <summary>Why the program was refused, or null.</summary>
    public Diagnostic? Rejection { get; }

    /// <summary>The rejection with the path that led to it; null when the program was accepted or refused before any path was followed.</summary>
    public Rejection? Explanation { get; }

    /// <summary>What the exploration of paths took; all zero when none was made.</summary>
    public VerificationStatistics Statistics { get; internal init; }

    /// <summary>Whether the program may run.</summary>
    public bool IsAccepted => Program is not null;

    /// <summary>Properties that this verification does not prove, a sentence each; empty when the proof is complete.</summary>
    public ImmutableArray<string> NotChecked { get; } = [];

    /// <summary>The accepted program.</summary>
    /// <exception cref="VerificationException">The program was refused.</exception>
    public VerifiedProgram EnsureAccepted() => Program ?? throw new VerificationException(Rejection!);
}

/// <summary>What a verification took.</summary>
/// <param name="Steps">Instructions followed, over all paths.</param>
/// <param name="States">States stored to compare later paths with.</param>
/// <param name="PeakWaiting">Most paths that waited at once.</param>
/// <param name="ImpossibleBranches">Ways of branches that no comparison decided but that no value can take.</param>
public readonly record struct VerificationStatistics(int Steps, int States, int PeakWaiting, int ImpossibleBranches);
