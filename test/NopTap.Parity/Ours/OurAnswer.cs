// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Parity.Ours;

/// <summary>This library's verdict on a program.</summary>
/// <param name="Refusal">Why it is refused, or null.</param>
/// <param name="Request">What the verifier was asked; null when reading the object ended before.</param>
/// <param name="Result">The verifier's answer; null when it was not asked.</param>
sealed record OurAnswer(Diagnostic? Refusal, VerificationRequest? Request, VerificationResult? Result)
{
    public bool IsAccepted => Refusal is null;
}
