// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Tests.Building;
using NopTap.Isa;

namespace NopTap.Formats.Tests;

/// <summary>Probes of objects that clang built, by every version and instruction set at hand.</summary>
public sealed class SdtObjectTests
{
    public static TheoryData<string> Builds =>
    [
        "probes", "probes.clang14.v1", "probes.clang15.v2", "probes.clang16.v3", "probes.clang19.v4",
    ];

    static BpfObjectSpec Load(string name) => Have.Corpus($"formats/{name}.bpf.o");

    [Theory]
    [MemberData(nameof(Builds))]
    public void ProbesHaveTheirNamesAndTypes(string build)
    {
        ProgramSpec first = Load(build).Program("first");
        string[] want =
        [
            "rfc(int, const struct item *)",
            "never()",
            "kinds(struct xdp_md *ctx, __u8 small, length_t len, enum verdict verdict, long (*callback)(__u32, void *))",
            "shared(unsigned long long value)",
            "lazy(__u64 now, int constant)",
        ];
        Assert.Equal(want, first.Probes.Select(static p => p.ToString().Replace("const length_t", "length_t", StringComparison.Ordinal)));
        Assert.Equal(
            [ProbeArgumentKind.Context, ProbeArgumentKind.Integer, ProbeArgumentKind.Integer, ProbeArgumentKind.Integer, ProbeArgumentKind.Pointer],
            first.Probe("kinds").Parameters.Select(static p => p.Kind));
        Assert.Equal([8, 1, 4, 4, 8], first.Probe("kinds").Parameters.Select(static p => p.Size));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void EverySiteIsANopOfTheProgramThatHoldsIt(string build)
    {
        int sites = 0;
        foreach (ProgramSpec program in Load(build).Programs)
        {
            foreach (ProbeSiteSpec site in program.Probes.SelectMany(static p => p.Sites))
            {
                sites++;
                Assert.Equal(new Instruction(0x05, 0, 0, 0), program.Instructions[site.Instruction]);
                if (site.IsLazy)
                    Assert.True(program.Instructions[site.ArmingInstruction].IsArmingBranch);
            }
        }

        Assert.Equal(9, sites); // 5 in first, 2 in second, 2 in third
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void AProbeInASubprogramBelongsToEveryCaller(string build)
    {
        BpfObjectSpec spec = Load(build);
        (string Program, int Rfc, int Shared, int Lazy, int Kinds)[] want = [("first", 1, 2, 1, 1), ("second", 0, 1, 1, 0), ("third", 1, 1, 0, 0), ("none", 0, 0, 0, 0)];
        foreach ((string name, int rfc, int shared, int lazy, int kinds) in want)
        {
            ProgramSpec program = spec.Program(name);
            Assert.Equal((rfc, shared, lazy, kinds), (Sites(program, "rfc"), Sites(program, "shared"), Sites(program, "lazy"), Sites(program, "kinds")));
            Assert.Equal(0, Sites(program, "never"));
        }

        Assert.Equal("in_static", FunctionOf(spec.Program("third"), "rfc"));
        Assert.Equal("in_static", FunctionOf(spec.Program("first"), "rfc"));
        Assert.NotEqual(spec.Program("third").Probe("rfc").Sites[0].Instruction, spec.Program("first").Probe("rfc").Sites[0].Instruction);
    }

    static int Sites(ProgramSpec program, string probe) => program.Probe(probe).Sites.Length;

    static string FunctionOf(ProgramSpec program, string probe) => program.FunctionAt(program.Probe(probe).Sites[0].Instruction).Name;

    [Theory]
    [MemberData(nameof(Builds))]
    public void ConstantsNeedNoRegister(string build)
    {
        ProgramSpec third = Load(build).Program("third");
        Assert.Equal(new ProbeArgumentSpec(default, true, 7), Assert.Single(third.Probe("shared").Sites[0].Arguments));
        ProgramSpec second = Load(build).Program("second");
        Assert.False(second.Probe("shared").Sites[0].Arguments[0].IsConstant);
        Assert.Equal(new ProbeArgumentSpec(default, true, -3), second.Probe("lazy").Sites[0].Arguments[1]);
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void ALazySiteStandsBehindItsEvaluation(string build)
    {
        ProgramSpec second = Load(build).Program("second");
        ProbeSiteSpec site = Assert.Single(second.Probe("lazy").Sites);
        Assert.True(site.IsLazy);
        Assert.Contains(second.Instructions.AsSpan(site.ArmedTarget, site.Instruction - site.ArmedTarget).ToArray(), static i => i.IsHelperCall && i.Immediate == 5);
        Assert.False(second.Probe("shared").Sites[0].IsLazy);
    }

    [Fact]
    public void WithoutTypesTheSitesAreTheSame()
    {
        BpfObjectSpec typed = Load("probes");
        BpfObjectSpec untyped = Load("probes.nodebug");
        foreach (ProgramSpec program in untyped.Programs)
        {
            ProgramSpec other = typed.Program(program.Name);
            Assert.Equal(other.Instructions, program.Instructions);
            Assert.Null(program.Btf);
            foreach (ProbeSpec probe in program.Probes)
            {
                Assert.Equal(other.Probe(probe.Name).Sites.Select(static s => s.Instruction), probe.Sites.Select(static s => s.Instruction));
                Assert.All(probe.Parameters, static p => Assert.Equal("u64", p.TypeName));
            }
        }

        Assert.Equal("first", untyped.Programs[0].Name);
        Assert.Equal(4, untyped.Program("first").Probes.Length); // 'never' leaves no trace
    }

    [Fact]
    public void TheRfcsOwnScenariosAreRead()
    {
        ProgramSpec args = Have.Corpus("objects/sdt_args.bpf.o").Program("args");
        Assert.Equal(["___sdt_jt_none", "___sdt_jt_one", "___sdt_jt_two"], args.Probes.Take(3).Select(static p => Assert.Single(p.Sites).Symbol));
        Assert.All(args.Probe("five").Sites[0].Arguments, static a => Assert.False(a.IsConstant));
        BpfObjectSpec observers = Have.Corpus("objects/sdt_args_observers.bpf.o");
        Assert.All(observers.Programs, static p => Assert.Equal((ProgramType.Tracing, AttachType.TraceSdt), (p.Type, p.AttachType)));
    }

    [Fact]
    public void TheFirewallHasItsSixProbesInEveryBuild()
    {
        foreach (string build in new[] { "firewall", "firewall.eager", "firewall.lazy" })
        {
            ProgramSpec program = BpfObjectSpec.Load(TestKit.Repository.PathOf("samples", "firewall", build + ".bpf.o")).Program("firewall");
            Assert.Equal(6, program.Probes.Length);
            Assert.All(program.Probes, static p => Assert.NotEmpty(p.Sites));
            Assert.Equal(build == "firewall.lazy", program.Probes.All(static p => p.Sites.All(static s => s.IsLazy)));
            Assert.Equal("blocked(struct xdp_md *ctx, __u32 source, const struct block_rule *rule, __u64 hits)", program.Probe("blocked").ToString());
        }
    }
}
