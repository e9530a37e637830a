// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Benchmarks.Harness;

/// <summary>What came out of a comparison.</summary>
/// <param name="Comparison">What was compared.</param>
/// <param name="Sides">A result for each side.</param>
public sealed record ComparisonResult(Comparison Comparison, IReadOnlyList<SideResult> Sides);
