// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Benchmarks.Harness;

/// <summary>A question that one or more comparisons answer.</summary>
/// <param name="Name">Word of the command line.</param>
/// <param name="Text">The question.</param>
/// <param name="Comparisons">Sets each comparison up when it is asked for, and clears it away afterwards.</param>
public sealed record Question(string Name, string Text, Func<IEnumerable<Comparison>> Comparisons);
