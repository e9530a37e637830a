// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Stress;

sealed record StressOptions
{
    internal TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Threads that run targets.</summary>
    internal int Runners { get; init; } = 2;

    /// <summary>Threads that attach and detach.</summary>
    internal int Flippers { get; init; } = 2;

    internal int Seed { get; init; } = 1;

    internal BpfEngine Engine { get; init; } = BpfEngine.Auto;
}
