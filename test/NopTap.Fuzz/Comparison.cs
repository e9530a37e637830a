// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz;

/// <summary>What came of one program.</summary>
/// <param name="Difference">Who differs from the interpreter, and where; null when all agree.</param>
/// <param name="Rejection">Why the verifier refused the program, though it is safe; null when it did not.</param>
/// <param name="KernelAccepted">Whether the kernel ran it.</param>
public sealed record Comparison(string? Difference, Diagnostic? Rejection, bool KernelAccepted);
