// SPDX-License-Identifier: Apache-2.0

using NopTap.Fuzz.Results;
using NopTap.Fuzz.Verdicts;
using NopTap.TestKit.Kernel;

namespace NopTap.Conformance.Tests;

/// <summary>What both verifiers accept gives the same results everywhere. NopTap.Fuzz runs as much of it as one likes.</summary>
public sealed class ResultTests(ITestOutputHelper output)
{
    const int Programs = 300;

    [Fact]
    public void RandomProgramsLeaveTheSameBehindInTheKernel()
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        var tally = new ResultsTally();
        ResultsCommand.Programs(Shapes.All, seed: 1, static tally => tally.Compared < Programs, tally);
        output.WriteLine(tally.ToString());
        Assert.True(tally.Finds.Count == 0, string.Join('\n', tally.Finds));
        Assert.Equal(Programs, tally.Compared);
    }
}
