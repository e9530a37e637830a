// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Parity.Suite;

/// <summary>What came of one test.</summary>
/// <param name="Comparison">Both verdicts.</param>
/// <param name="WantsRuns">Whether the test has runs and both sides accept it.</param>
/// <param name="NotRun">Why it was not run here, or null.</param>
/// <param name="Runs">Runs on both engines.</param>
/// <param name="Differences">Runs whose results are not what they should be.</param>
sealed record SuiteResult(Comparison Comparison, bool WantsRuns, string? NotRun, int Runs, IReadOnlyList<string> Differences);
