// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Loading;
using NopTap.Maps;
using NopTap.Verifier;

namespace NopTap.Cli.Running;

/// <summary>What came of verifying one program of an object that is not loaded.</summary>
/// <param name="Program">The program.</param>
/// <param name="Result">The verifier's answer; null when it was not asked.</param>
/// <param name="Refusal">Why the program may not run, or null.</param>
/// <param name="Time">What the answer took.</param>
/// <param name="Missing">Why it cannot be loaded here although it is accepted, or null.</param>
/// <param name="IsRunnable">Whether the verifier could be asked at all, now or when it is attached.</param>
sealed record Verification(
    ProgramSpec Program, VerificationResult? Result, Diagnostic? Refusal, TimeSpan Time, Diagnostic? Missing = null, bool IsRunnable = true)
{
    // Longer ones are not repeated for the sake of a figure.
    static readonly TimeSpan s_worthRepeating = TimeSpan.FromMilliseconds(200);

    /// <summary>The accepted program, or null.</summary>
    public VerifiedProgram? Accepted => Result?.Program;

    /// <summary>The refusal with all that is known of it.</summary>
    public Rejection Explanation => Result?.Explanation ?? new Rejection(Refusal!, "", "", []);

    /// <summary>Whether it is an observer: nothing is known of its context before it has a target.</summary>
    public bool NeedsTarget => Result is null && Refusal is null;

    /// <summary>Verifies a program.</summary>
    /// <param name="spec">Its object.</param>
    /// <param name="program">The program.</param>
    /// <param name="log">Verifies it under observation; the time is then that of the log too. Null for a plain verification.</param>
    public static Verification Of(BpfObjectSpec spec, ProgramSpec program, Func<VerificationRequest, VerificationResult>? log = null)
    {
        (ProgramTypeInfo type, Diagnostic? notRunnable) = Admission.Of(program);
        if (notRunnable is not null)
            return new Verification(program, null, notRunnable, TimeSpan.Zero, IsRunnable: false);
        if (type.Kind == ContextKind.Observer)
            return new Verification(program, null, null, TimeSpan.Zero);
        FrozenDictionary<int, HelperBinding> helpers = new HelperRegistry().For(program.Type);
        VerificationRequest request = VerificationRequests.For(program, spec.Maps, type, helpers);
        VerificationResult result = Timed(request, log ?? ProgramVerifier.Verify, out TimeSpan time);
        if (log is null && time < s_worthRepeating)
        {
            // The first call also paid for compiling the verifier itself.
            _ = Timed(request, ProgramVerifier.Verify, out TimeSpan again);
            time = again < time ? again : time;
        }

        return new Verification(
            program, result, result.Rejection, time, result.Program is VerifiedProgram verified ? FirstMissing(verified, spec, helpers) : null);
    }

    static Diagnostic? FirstMissing(VerifiedProgram verified, BpfObjectSpec spec, FrozenDictionary<int, HelperBinding> helpers) =>
        AvailableHelpers.FirstMissing(verified, helpers) ?? AvailableMaps.FirstMissing(verified, spec.Maps) ?? FirstRefused(spec.Maps);

    // The object is loaded with all its maps or not at all, save those of kinds that are not there and that nothing uses.
    static Diagnostic? FirstRefused(ImmutableArray<MapSpec> maps) =>
        maps.Where(map => MapDefinition.Unsupported(map) is null).Select(MapDefinition.Check).FirstOrDefault(problem => problem is not null);

    static VerificationResult Timed(VerificationRequest request, Func<VerificationRequest, VerificationResult> verify, out TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        VerificationResult result = verify(request);
        time = Stopwatch.GetElapsedTime(start);
        return result;
    }
}
