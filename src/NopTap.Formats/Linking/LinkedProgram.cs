// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats.Linking;

/// <summary>A linked program, and where each of its functions stood in the object.</summary>
/// <param name="Program">The program, its probes not yet bound.</param>
/// <param name="Placed">Its functions in order of start.</param>
sealed record LinkedProgram(ProgramSpec Program, ImmutableArray<PlacedFunction> Placed);
