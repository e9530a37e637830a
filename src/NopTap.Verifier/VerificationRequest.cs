// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>A program and all that its verification depends on. Immutable; verification is a pure function of it.</summary>
public sealed record VerificationRequest
{
    /// <summary>The linked program.</summary>
    public required ProgramSpec Program { get; init; }

    /// <summary>Maps of the object, by the indexes of <see cref="ProgramSpec.References"/>.</summary>
    public ImmutableArray<MapSpec> Maps { get; init; } = [];

    /// <summary>Helpers that this program may call, by id.</summary>
    public required FrozenDictionary<int, HelperSignature> Helpers { get; init; }

    /// <summary>Layout of the context in r1; null when r1 is plain memory whose size is in r2 (instruction-set vectors).</summary>
    public ContextLayout? Context { get; init; }

    /// <summary>Lowest and highest return value allowed; null when any will do.</summary>
    public (long Minimum, long Maximum)? ReturnRange { get; init; }

    /// <summary>How much is proved.</summary>
    public VerificationMode Mode { get; init; } = VerificationMode.Full;
}

/// <summary>How much a verification proves.</summary>
public enum VerificationMode
{
    /// <summary>Structure, initialisation, context accesses and probe arguments; see <see cref="VerificationResult.NotChecked"/>.</summary>
    Structure,

    /// <summary>Every path is explored: memory safety, helper arguments, reservations, termination. Needs a context layout.</summary>
    Full,
}
