// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Benchmarks.Harness;

/// <summary>Where results go.</summary>
public interface IReport
{
    /// <summary>Before the first result.</summary>
    void Begin(Machine machine);

    /// <summary>A result.</summary>
    void Add(ComparisonResult result);

    /// <summary>After the last.</summary>
    void End();
}
