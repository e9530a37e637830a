// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>Outcome of a verification: a program that may run, or the reason why not. A value; never thrown.</summary>
public sealed class VerificationResult
{
    readonly Lazy<Rejection>? _explanation;

    internal VerificationResult(VerifiedProgram program) => Program = program;

    internal VerificationResult(Diagnostic rejection, ProgramSpec program) : this(Explain(rejection, program))
    {
    }

    internal VerificationResult(Rejection explanation, Func<Rejection>? tell = null)
    {
        Rejection = explanation.Diagnostic;
        _explanation = new Lazy<Rejection>(tell ?? (() => explanation));
    }

    /// <summary>The accepted program, or null.</summary>
    public VerifiedProgram? Program { get; }

    /// <summary>Why the program was refused, or null.</summary>
    public Diagnostic? Rejection { get; }

    /// <summary>The rejection with the path that led to it, or null. Found when first asked for, which takes as long as the verification took.</summary>
    public Rejection? Explanation => _explanation?.Value;

    /// <summary>What the exploration of paths took; all zero when none was made.</summary>
    public VerificationStatistics Statistics { get; internal init; }

    /// <summary>Whether the program may run.</summary>
    public bool IsAccepted => Program is not null;

    /// <summary>The accepted program.</summary>
    /// <exception cref="VerificationException">The program was refused.</exception>
    public VerifiedProgram EnsureAccepted() => Program ?? throw new VerificationException(Rejection!);

    // The program may be malformed in any way here.
    static Rejection Explain(Diagnostic rejection, ProgramSpec program)
    {
        ImmutableArray<Instruction> code = program.Instructions;
        if (rejection.Place.Instruction is not int slot || slot < 0 || slot >= code.Length)
            return new Rejection(rejection, "", "", []);
        string text = slot + code[slot].SlotCount <= code.Length ? InstructionFormatter.Format(code.AsSpan(), slot) : "";
        return new Rejection(rejection, text, program.LineAt(slot)?.Text.Trim() ?? "", []);
    }
}

/// <summary>What a verification took.</summary>
/// <param name="Steps">Instructions followed, over all paths.</param>
/// <param name="States">States stored to compare later paths with.</param>
/// <param name="PeakWaiting">Most paths that waited at once.</param>
/// <param name="ImpossibleBranches">Ways of branches that no comparison decided but that no value can take.</param>
public readonly record struct VerificationStatistics(int Steps, int States, int PeakWaiting, int ImpossibleBranches);
