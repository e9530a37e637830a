// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>Nothing runs that was not proved: what cannot be is in the object, says why, and no public call runs it.</summary>
public sealed class UnprovedTests
{
    static readonly string s_unknown = RuntimeDiagnostics.ContextUnknown.Id;
    static readonly string s_type = RuntimeDiagnostics.ProgramTypeUnknown.Id;
    static readonly string s_ambiguous = RuntimeDiagnostics.SectionAmbiguous.Id;

    static readonly Dictionary<string, string?> s_expected = new()
    {
        ["wild"] = s_unknown,
        ["deref"] = s_unknown,
        ["noarg"] = s_unknown,
        ["big"] = s_unknown,
        ["forever"] = s_unknown,
        ["declared"] = s_unknown,
        ["too_large"] = s_unknown,
        ["system_call"] = s_type,
        ["probe"] = s_type,
        ["point"] = s_type,
        ["raw"] = s_type,
        ["security"] = s_type,
        ["typed_point"] = s_type,
        ["modifies"] = s_type,
        ["walks"] = s_type,
        ["replaces"] = s_type,
        ["operation"] = s_type,
        ["perf"] = s_type,
        ["some_packet"] = s_ambiguous,
        ["contradiction"] = s_ambiguous,
        ["caller"] = s_type,
        ["vlan"] = null,
        ["length"] = null,
        ["classifies"] = null,
        ["any_name"] = null,
        ["own"] = null,
        ["by_typedef"] = null,
        ["of_nothing"] = null,
        ["good"] = null,
    };

    public static TheoryData<BpfEngine, string> NotRunnable
    {
        get
        {
            var data = new TheoryData<BpfEngine, string>();
            foreach (string name in s_expected.Where(entry => entry.Value is not null).Select(entry => entry.Key))
            {
                data.Add(BpfEngine.Compiler, name);
                data.Add(BpfEngine.Interpreter, name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Loaded.Engines), MemberType = typeof(Loaded))]
    public void OneBadKindOfProgramCostsNoOther(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("unproved");
        Assert.Equal(s_expected.OrderBy(entry => entry.Key), loaded.Programs.Select(program => KeyValuePair.Create(program.Name, program.NotRunnable?.Id)).OrderBy(entry => entry.Key));
        foreach (BpfProgram program in loaded.Programs)
            Assert.Equal(program.NotRunnable is null, program.IsBound);
        Assert.Equal(2u, loaded.Programs["good"].Run(Loaded.Packet).ReturnValue);
    }

    [Theory]
    [MemberData(nameof(NotRunnable))]
    public void WhatIsNotRunnableIsRunByNoPublicCall(BpfEngine engine, string name)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("unproved");
        using var other = new BpfRuntime();
        using BpfObject observers = runtime.LoadSample("observers", "observers");
        using BpfObject firewall = runtime.LoadSample("firewall", "firewall");
        BpfProgram program = loaded.Programs[name];
        using var context = new PlainContext<long>();
        using var buffer = new PacketBuffer();
        uint[] verdicts = new uint[1];
        Action[] ways =
        [
            () => program.Run(Loaded.Packet),
            () => program.TestRun(Loaded.Packet, 2),
            () => program.Run(buffer, Loaded.Packet),
            () => program.Run(context),
            () => program.RunBatch(new ReadOnlyMemory<byte>[] { Loaded.Packet }, verdicts),
            () => ((ProgramArrayMap)loaded.Maps["stages"]).Set(1, program),
            () => firewall.Probe("verdict").Attach(program),
            () => firewall.Programs["firewall"].Functions[0].AttachEntry(program),
            () => firewall.Programs["firewall"].Functions[0].AttachExit(program),
            () => program.Functions[0].AttachEntry((in ProbeEvent _) => { }),
            () => program.Functions[0].AttachExit((in ProbeEvent _) => { }),
            () => program.Probes["seen"].Attach((in ProbeEvent _) => { }),
            () => _ = program.Verified,
            () => _ = program.CompiledCode,
            () => program.ReadCode(),
        ];
        Assert.All(ways, way => Assert.Equal(program.NotRunnable, Assert.Throws<BpfOperationException>(way).Diagnostic));
        Assert.False(program.Probes["seen"].IsAttachable);
        Assert.Equal(0u, program.Info.RunCount > 0 ? 1u : 0u);
        Assert.Equal(ContextKind.None, program.TypeInfo.Kind);
    }

    [Theory]
    [MemberData(nameof(Loaded.Engines), MemberType = typeof(Loaded))]
    public void SectionsOfOldLoadersMeanWhatTheyBeginWith(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("unproved");
        (string Name, ProgramType Type, uint Verdict)[] want =
            [("vlan", ProgramType.Xdp, 1), ("length", ProgramType.SocketFilter, 23), ("classifies", ProgramType.SchedCls, 2), ("any_name", ProgramType.Xdp, 2)];
        foreach ((string name, ProgramType type, uint verdict) in want)
            Assert.Equal((type, verdict), (loaded.Programs[name].Type, loaded.Programs[name].Run(Loaded.Packet).ReturnValue));
    }

    [Theory]
    [MemberData(nameof(Loaded.Engines), MemberType = typeof(Loaded))]
    public void AHostMaySayTheTypeThatASectionLeavesOpen(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObjectSpec spec = Spec();
        using BpfObject loaded = runtime.Load(spec with
        {
            Programs = [.. spec.Programs.Where(program => program.Name == "some_packet").Select(program => program with { Type = ProgramType.SchedCls })],
            Maps = [],
        });
        Assert.Equal(64u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
    }

    [Theory]
    [InlineData("wild", ProgramType.Xdp)]
    [InlineData("deref", ProgramType.SchedCls)]
    [InlineData("noarg", ProgramType.SocketFilter)]
    [InlineData("forever", ProgramType.Xdp)]
    [InlineData("probe", ProgramType.Xdp)]
    public void ATypeThatAHostSaysIsNoWayPastTheVerifier(string name, ProgramType type)
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec spec = Spec();
        ProgramSpec program = spec.Programs.Single(one => one.Name == name) with { Type = type };
        Assert.StartsWith("BPF2", Assert.ThrowsAny<BpfException>(() => runtime.Load(spec with { Programs = [program], Maps = [] })).Diagnostic.Id, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Loaded.Engines), MemberType = typeof(Loaded))]
    public void AHostsOwnStructureIsBytesUpToItsSize(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("unproved");
        using var context = new PlainContext<Request>(new Request(30, 0, 4, 0, 5, 0));
        Assert.Equal(39ul, loaded.Programs["own"].Run(context));
        Assert.Equal(7, context.Value.B);
        Assert.Equal(32, loaded.Programs["own"].Verified.Context!.Size);
        Assert.Equal(("unnamed", 4), (loaded.Programs["by_typedef"].Verified.Context!.StructName, loaded.Programs["by_typedef"].Verified.Context!.Size));
        Assert.Equal(5ul, loaded.Programs["of_nothing"].Run(context));
    }

    [Fact]
    public void AnArrayThatARunningProgramCallsThroughHoldsNoProgramThatCannotRun()
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec spec = Spec();
        ProgramSpec caller = spec.Programs.Single(program => program.Name == "caller") with { Type = ProgramType.Xdp };
        var error = Assert.Throws<BpfOperationException>(() => runtime.Load(spec with { Programs = [spec.Programs.Single(program => program.Name == "probe"), caller] }));
        Assert.Equal(s_type, error.Diagnostic.Id);
    }

    [Fact]
    public void ATypelessProbeTakesAnyValueAndShowsItAsANumber()
    {
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.LoadCorpus("untyped_probe");
        int hits = 0;
        using BpfLink link = loaded.Probe("one").Attach((in ProbeEvent _) => hits++);
        Assert.Equal(2u, loaded.Programs["target"].Run(Loaded.Packet).ReturnValue);
        Assert.Equal(1, hits);
    }

    [Fact]
    public void AnObserverGetsNoContextFromAFunctionWhoseCallersAreNotHeldToOne()
    {
        // The function's type says "struct xdp_md *", its callers pass what they like: only the verifier could hold them to it, and does not.
        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
        ProgramSpec program = spec.Programs[0];
        FunctionSpec entry = program.Functions[0];
        Assert.Equal(ProbeArgumentKind.Context, program.ParametersOf(entry)!.Value[0].Kind);
        Assert.Equal(ProbeArgumentKind.Pointer, program.ParametersOf(entry with { Start = 8 })!.Value[0].Kind);
        Assert.Equal(ProbeArgumentKind.Pointer, program.ParametersOf(entry with { Start = 8, IsGlobal = true })!.Value[0].Kind);
        var prototype = new FunctionPrototype("int", true, [new FunctionParameter("ctx", "struct xdp_md *", FunctionParameterKind.Context, 0, ParameterTags.None)]);
        Assert.Equal(ProbeArgumentKind.Context, program.ParametersOf(entry with { Start = 8, IsGlobal = true, Prototype = prototype })!.Value[0].Kind);
    }

    static BpfObjectSpec Spec() => BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "unproved.bpf.o"));

    record struct Request(ulong Size, ulong Next, int A, int B, int N, int Rest);
}
