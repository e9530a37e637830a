// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Tests.Children;

/// <summary>A test that leaves something behind, run by <see cref="TestsInChildrenTests"/> alone.</summary>
public sealed class LeakingOnPurposeTests
{
    static readonly List<BpfRuntime> s_left = [];

    [Fact(Explicit = true)]
    public void Leaks() => s_left.Add(new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Compiler }));
}
