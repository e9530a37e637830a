// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Structure;

/// <summary>Places of a program for diagnostics: program, slot and C line.</summary>
static class ProgramPlaces
{
    public static DiagnosticPlace Of(ProgramSpec program) => new() { Program = program.Name };

    public static DiagnosticPlace At(ProgramSpec program, int slot) => new()
    {
        Program = program.Name,
        Instruction = slot,
        Source = program.LineAt(slot) is LineInfo line ? Source(line) : null,
    };

    public static DiagnosticPlace Probe(ProgramSpec program, ProbeSpec probe, int slot) => At(program, slot) with { Probe = probe.Name };

    public static string Source(LineInfo line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.File[(line.File.LastIndexOf('/') + 1)..]}:{line.Line}");
}
