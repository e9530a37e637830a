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
            Context = ContextOf(program, type),
            ReturnRange = type.ReturnRange,
        };

    // A program of no type of the kernel's belongs to the host: its own prototype tells its context.
    static ContextLayout? ContextOf(ProgramSpec program, ProgramTypeInfo type)
    {
        if (type.Kind != ContextKind.Plain)
            return type.Context;
        return program.EntryContext is { } structure ? ContextLayout.Plain(structure.Name, structure.Size, isWritable: true) : null;
    }
}
