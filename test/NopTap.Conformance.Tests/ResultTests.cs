// SPDX-License-Identifier: Apache-2.0

using NopTap.Fuzz.Results;
using NopTap.TestKit.Kernel;

namespace NopTap.Conformance.Tests;

/// <summary>What both verifiers accept gives the same results everywhere. NopTap.Fuzz runs as much of it as one likes.</summary>
public sealed class ResultTests(ITestOutputHelper output)
{
    [Fact]
    public void RandomProgramsLeaveTheSameBehindInTheKernel()
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        var tally = new ResultsTally();
        ResultsCommand.Programs(seed: 1, TimeSpan.FromSeconds(5), tally);
        output.WriteLine(tally.ToString());
        Assert.True(tally.Finds.Count == 0, string.Join('\n', tally.Finds));
        Assert.True(tally.Compared > 10, tally.ToString());
    }
}
