// SPDX-License-Identifier: Apache-2.0

using NopTap.Fuzz.Verdicts;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>A slice of the random programs that NopTap.Fuzz puts before both verifiers: what the kernel refuses is refused here.</summary>
public sealed class KernelFuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Shapes.All, 3000)]
    [InlineData(Shapes.Objects, 500)]
    public void AcceptsNothingThatTheKernelRefuses(string shape, long programs)
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        var options = new VerdictOptions { Shape = shape, Count = programs, Seconds = double.MaxValue };
        VerdictTally tally = VerdictCampaign.Run(options, Shapes.Maker(options));
        output.WriteLine(tally.ToString());
        Assert.True(tally.Wrong.Count == 0, string.Join("\n\n", tally.Wrong.Take(3).Select(find => VerdictReducer.Write(VerdictReducer.Reduce(find.Subject)))));
        Assert.Equal(programs, tally.Programs);
        Assert.True(tally.Both > tally.Neither / 4, $"hardly any program was acceptable: {tally}");
    }

    [Fact]
    public void EqualSeedsGiveEqualPrograms()
    {
        foreach (string shape in Shapes.Names)
        {
            Subject first = Shapes.Make(shape, 77);
            Assert.Equal(first.Program.Instructions, Shapes.Make(shape, 77).Program.Instructions);
            Assert.NotEqual(first.Program.Instructions, Shapes.Make(shape, 78).Program.Instructions);
        }
    }

    /// <summary>A difference is named only where the kernel accepts the program without it.</summary>
    [Fact]
    public void NamesDeadCodeOnlyWhereTheKernelAcceptsTheRest()
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        // r9 is 0 in front of the last test, which the kernel does not see.
        const string negated = "r9 = *(u32 *)(r1 + 12)\nr0 = 0\nr9 = -r9\nif r9 < 1 goto +4\nr9 += 1\nif r9 > 3 goto +2\n";
        Subject dead = World.Subject("dead", negated + "if r9 == 0 goto +1\nr0 = *(u64 *)(r1 + 100)\nexit");
        Assert.Equal("dead code that the kernel follows", VerdictReducer.NameOf(dead));
        Subject alive = World.Subject("alive", negated + "if r9 == 1 goto +1\nr0 = *(u64 *)(r1 + 100)\nexit");
        Assert.Null(VerdictReducer.NameOf(alive));
    }
}
