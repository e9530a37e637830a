// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Parity.Kernel;

/// <summary>What became of a program on the kernel's side.</summary>
enum KernelOutcome
{
    /// <summary>The kernel's verifier accepts it.</summary>
    Accepted,

    /// <summary>The kernel's verifier refuses it.</summary>
    Refused,

    /// <summary>It never came to the verifier: libbpf, or the making of a map, ended before.</summary>
    NotReached,
}

/// <summary>The kernel's verdict on a program.</summary>
/// <param name="Outcome">Verdict.</param>
/// <param name="Reason">The last line of the log that says something, or what libbpf complained of.</param>
/// <param name="Processed">Instructions that the kernel's verifier followed.</param>
/// <param name="LoadTimes">How long each PROG_LOAD took.</param>
/// <param name="VerificationTimes">What the kernel itself says that verification took, for each.</param>
sealed record KernelAnswer(KernelOutcome Outcome, string Reason, long Processed, TimeSpan[] LoadTimes, TimeSpan[] VerificationTimes);

/// <summary>A program as libbpf lists it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Section">Section.</param>
/// <param name="Type">Program type, 0 when the section's name tells none.</param>
/// <param name="AttachType">Expected attach type.</param>
sealed record KernelProgram(string Name, string Section, int Type, int AttachType);
