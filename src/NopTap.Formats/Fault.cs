// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>
/// Makes the exception by which the readers of this project leave a malformed input. It never passes
/// <see cref="BpfObjectSpec.TryLoad(ReadOnlySpan{byte}, string, out BpfObjectSpec?, out Diagnostic?)"/>, which turns it into a value:
/// the readers are many layers deep, and a fault ends them all.
/// </summary>
static class Fault
{
    public static BpfFormatException At(DiagnosticDescriptor kind, DiagnosticPlace place, string message, string hint) => new(kind.At(place, message, hint));

    public static DiagnosticPlace In(string file, string? section = null, long? offset = null) => new() { File = file, Section = section, Offset = offset };
}
