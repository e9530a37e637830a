// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Tests.Helpers;

/// <summary>Types of helpers against the running kernel: who may call which, and with what.</summary>
public sealed class HelperParityTests
{
    public static TheoryData<ProgramType> Types =>
        [ProgramType.Xdp, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.SocketFilter, ProgramType.CgroupSkb];

    static KernelOracle Oracle()
    {
        Assert.SkipWhen(KernelOracle.Unavailable is not null, KernelOracle.Unavailable ?? "");
        return new KernelOracle(HelperQuestion.Maps);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void TheKernelGrantsTheSameHelpersUnderTheSameLicences(ProgramType type)
    {
        using KernelOracle oracle = Oracle();
        Assert.True(ProgramTypes.TryGet(type, out ProgramTypeInfo? info));
        var differences = new List<string>();
        foreach (HelperSignature helper in HelperCatalog.All)
        {
            ProgramSpec program = HelperQuestion.Spec($"call {helper.Name}\nexit", type);
            string said = oracle.Load(program, log: true).Log;
            bool granted = !said.Contains("cannot use helper", StringComparison.Ordinal) && !said.Contains("unknown func", StringComparison.Ordinal);
            if (granted != info.Helpers.Contains((HelperId)helper.Id))
                differences.Add($"{helper.Name}: granted {granted}");
            bool gpl = oracle.Load(program with { License = "none" }, log: true).Log.Contains("GPL", StringComparison.Ordinal);
            if (granted && gpl != helper.Effects.HasFlag(HelperEffects.GplOnly))
                differences.Add($"{helper.Name}: for the GPL {gpl}");
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void TheKernelTakesTheSameArguments(ProgramType type)
    {
        using KernelOracle oracle = Oracle();
        Assert.True(ProgramTypes.TryGet(type, out ProgramTypeInfo? info));
        var differences = new List<string>();
        int accepted = 0;
        foreach (HelperId id in info.Helpers.Order())
        {
            HelperSignature helper = HelperCatalog.Find(id, type)!;
            if (HelperQuestion.Fitting(helper, type) is not { } fitting)
                continue;
            foreach ((Handed[] handed, int map) in Variations(helper, fitting, type))
            {
                ProgramSpec program = HelperQuestion.Program(type, helper, handed, map);
                KernelVerdict kernel = oracle.Load(program, log: false);
                VerificationResult ours = HelperQuestion.Ask(program);
                accepted += kernel.IsAccepted ? 1 : 0;
                if (kernel.IsAccepted != ours.IsAccepted)
                    differences.Add($"{helper.Name}({string.Join(", ", handed)}) on {HelperQuestion.Maps[map].Type}: {(ours.IsAccepted ? "only we accept: " + oracle.Load(program, log: true).Reason : $"only the kernel accepts: {ours.Rejection}")}");
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(accepted > 300, $"the kernel took {accepted} programs only, so little was compared");
    }

    // Each map; each argument replaced by everything else while the others fit.
    static IEnumerable<(Handed[] Handed, int Map)> Variations(HelperSignature helper, Handed[] fitting, ProgramType type)
    {
        int fits = 0;
        if (fitting.Contains(Handed.Map))
        {
            for (int map = 0; map < HelperQuestion.Maps.Length; map++)
            {
                if (HelperQuestion.Maps[map].IsReadOnlyData)
                    continue;
                yield return (fitting, map);
                if (fits == 0 && HelperQuestion.Ask(HelperQuestion.Program(type, helper, fitting, map)).IsAccepted)
                    fits = map;
            }
        }

        for (int i = 0; i < fitting.Length; i++)
        {
            foreach (Handed other in Enum.GetValues<Handed>())
            {
                if (Exists(other, type))
                    yield return ([.. fitting[..i], other, .. fitting[(i + 1)..]], fits);
            }
        }

        yield return (fitting, fits);
    }

    static bool Exists(Handed handed, ProgramType type) => handed switch
    {
        Handed.Packet or Handed.PacketEnd => type != ProgramType.SocketFilter,
        Handed.PacketSocket => type != ProgramType.Xdp,
        Handed.FoundSocket => type != ProgramType.SocketFilter,
        _ => true,
    };
}
