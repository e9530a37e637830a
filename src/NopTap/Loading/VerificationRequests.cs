// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>Asks the verifier about programs, for whoever loads them and for whoever only wants to know.</summary>
internal static class VerificationRequests
{
    /// <summary>The question for one program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="maps">All maps of its object; they need not live.</param>
    /// <param name="type">Context and return values of programs of its kind; for an observer with the context of its target.</param>
    /// <param name="helpers">What it may call.</param>
    internal static VerificationRequest For(
        ProgramSpec program, ImmutableArray<MapSpec> maps, ProgramTypeInfo type, FrozenDictionary<int, HelperBinding> helpers) => new()
        {
            Program = program,
            Maps = maps,
            Helpers = helpers.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Signature),
            // An unknown context is a refusal of the verifier's, not a way around it.
            Context = type.Context!,
            ReturnRange = type.ReturnRange,
        };
}
