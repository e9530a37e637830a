// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Kernel;

namespace NopTap.Fuzz;

/// <summary>What a campaign did.</summary>
/// <param name="Programs">Programs run.</param>
/// <param name="InKernel">Those that the kernel ran too.</param>
/// <param name="Rejected">Those that the verifier refused though they are safe, by diagnostic.</param>
/// <param name="Finds">Programs on which the engines differ, reduced.</param>
public sealed record CampaignResult(int Programs, int InKernel, IReadOnlyDictionary<string, int> Rejected, IReadOnlyList<Find> Finds);

/// <summary>A program on which engines differ.</summary>
/// <param name="Program">The reduced program.</param>
/// <param name="Difference">Who differs, and where.</param>
public sealed record Find(GeneratedProgram Program, string Difference);

/// <summary>Runs the programs of consecutive seeds.</summary>
public static class Campaign
{
    const int MaximumFinds = 20;

    /// <summary>Runs a campaign.</summary>
    /// <param name="seed">First seed.</param>
    /// <param name="goesOn">Whether more are wanted after so many.</param>
    /// <param name="kernelEvery">One program in so many is also run in the kernel, where that is permitted; 0 for none.</param>
    /// <param name="progress">Told of each seed before it runs, so that a crash can be traced; may be null.</param>
    public static CampaignResult Run(ulong seed, Func<int, bool> goesOn, int kernelEvery, Action<ulong>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(goesOn);
        var finds = new List<Find>();
        var rejected = new Dictionary<string, int>();
        int programs = 0;
        int inKernel = 0;
        bool kernel = kernelEvery > 0 && KernelEngine.Unavailable is null;
        while (goesOn(programs) && finds.Count < MaximumFinds)
        {
            progress?.Invoke(seed);
            GeneratedProgram program = ProgramGenerator.Generate(seed++);
            bool withKernel = kernel && programs % kernelEvery == 0;
            Comparison comparison = Differential.Compare(program, withKernel);
            if (comparison.Difference is not null)
            {
                GeneratedProgram reduced = Reducer.Reduce(program, withKernel);
                finds.Add(new Find(reduced, Differential.Compare(reduced, withKernel).Difference!));
            }

            if (comparison.Rejection is { } rejection)
                rejected[rejection.Id] = rejected.GetValueOrDefault(rejection.Id) + 1;
            programs++;
            inKernel += comparison.KernelAccepted ? 1 : 0;
        }

        return new CampaignResult(programs, inKernel, rejected, finds);
    }
}
