// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>Whether every map that a program comes to exists here: the verifier knows more kinds of maps than the runtime has.</summary>
internal static class AvailableMaps
{
    /// <summary>The first use of a map that cannot exist here, in code that some path reaches, as a diagnostic; null when there is none.</summary>
    /// <param name="verified">A program that was accepted.</param>
    /// <param name="maps">Maps by the indexes of its references.</param>
    internal static Diagnostic? FirstMissing(VerifiedProgram verified, ImmutableArray<MapSpec> maps)
    {
        ProgramSpec program = verified.Spec;
        foreach (MapReference reference in program.References)
        {
            if (verified.Facts[reference.Instruction].IsDead || MapDefinition.Unsupported(maps[reference.MapIndex]) is not Diagnostic reason)
                continue;
            string? source = program.LineAt(reference.Instruction) is { } line
                ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(line.File)}:{line.Line}") : null;
            return reason with
            {
                Place = reason.Place with { Program = program.Name, Section = program.SectionName, Instruction = reference.Instruction, Source = source },
            };
        }

        return null;
    }
}
