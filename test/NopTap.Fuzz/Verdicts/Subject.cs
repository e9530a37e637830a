// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;

namespace NopTap.Fuzz.Verdicts;

/// <summary>A program for both verifiers.</summary>
/// <param name="Name">Where it came from: shape and seed, or object, program and seed.</param>
/// <param name="Program">The program.</param>
/// <param name="Maps">Its maps.</param>
public sealed record Subject(string Name, ProgramSpec Program, ImmutableArray<MapSpec> Maps);
