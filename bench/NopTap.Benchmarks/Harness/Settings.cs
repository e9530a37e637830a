// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Benchmarks.Harness;

/// <summary>How long to measure.</summary>
public sealed record Settings
{
    /// <summary>Rounds, each of which measures every side once.</summary>
    public int Rounds { get; init; } = 60;

    /// <summary>Time of one side in one round.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Time of one side before the first round, so that the .NET compiler has done its best.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Proves that everything runs and measures nothing.</summary>
    public static Settings Dry { get; } = new() { Rounds = 1, Slice = TimeSpan.Zero, WarmUp = TimeSpan.Zero };
}
