// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>Where a map definition stands, for diagnostics.</summary>
/// <param name="File">Label of the object.</param>
/// <param name="Section">Section.</param>
readonly record struct DiagnosticPlaceSource(string File, string Section)
{
    public DiagnosticPlace At(string? map = null) => Fault.In(File, Section) with { Map = map };
}
