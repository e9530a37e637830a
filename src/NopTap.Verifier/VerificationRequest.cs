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

    /// <summary>Layout of the context in r1: nothing can be proved of a program whose context is unknown.</summary>
    public required ContextLayout Context { get; init; }

    /// <summary>Lowest and highest return value allowed; null when any will do.</summary>
    public (long Minimum, long Maximum)? ReturnRange { get; init; }

    /// <summary>What the verification may cost.</summary>
    public VerificationBudget Budget { get; init; } = VerificationBudget.Default;

    /// <summary>Ends the verification with an <see cref="OperationCanceledException"/>; the one thing on which the result does not depend.</summary>
    public CancellationToken CancellationToken { get; init; }
}
