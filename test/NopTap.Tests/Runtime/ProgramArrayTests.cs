// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Runtime;

/// <summary>An entry of a program array fits every program that can reach it, whichever of them came first.</summary>
public sealed class ProgramArrayTests
{
    const string Call = "r2 = map[idx:0]\nr3 = 0\ncall tail_call\nr0 = 7\nexit";

    static readonly MapSpec s_array = new() { Name = "programs", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 };

    static readonly ImmutableArray<(ProgramType Type, AttachType Attach, bool HasFrags)> s_kinds =
    [
        (ProgramType.Xdp, AttachType.Xdp, false),
        (ProgramType.Xdp, AttachType.Xdp, true),
        (ProgramType.Xdp, default, false),
        (ProgramType.Xdp, AttachType.XdpDevmap, false),
        (ProgramType.Xdp, AttachType.XdpCpumap, false),
        (ProgramType.SchedCls, default, false),
        (ProgramType.SchedCls, AttachType.TcxIngress, false),
        (ProgramType.SchedCls, AttachType.TcxEgress, false),
        (ProgramType.SchedAct, default, false),
        (ProgramType.SocketFilter, default, false),
        (ProgramType.CgroupSkb, AttachType.CgroupInetIngress, false),
        (ProgramType.CgroupSkb, AttachType.CgroupInetEgress, false),
    ];

    public static TheoryData<BpfEngine, int, int> Pairs()
    {
        var pairs = new TheoryData<BpfEngine, int, int>();
        for (int caller = 0; caller < s_kinds.Length; caller++)
        {
            for (int entry = 0; entry < s_kinds.Length; entry++)
            {
                pairs.Add(BpfEngine.Compiler, caller, entry);
                pairs.Add(BpfEngine.Interpreter, caller, entry);
            }
        }

        return pairs;
    }

    public static TheoryData<int, int> KindPairs() => new MatrixTheoryData<int, int>([.. Enumerable.Range(0, s_kinds.Length)], [.. Enumerable.Range(0, s_kinds.Length)]);

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Pairs))]
    public void ProgramsOfDifferentKindsNeverMeet(BpfEngine engine, int callerKind, int entryKind)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Object(Caller("from", callerKind), Entry("to", entryKind)));
        var array = (ProgramArrayMap)loaded.Maps["programs"];
        if (callerKind == entryKind)
        {
            array.Set(0, loaded.Programs["to"]);
            Assert.Equal(1u, loaded.Programs["from"].Run(Loaded.Packet).ReturnValue);
            return;
        }

        Diagnostic refusal = Refusal(() => array.Set(0, loaded.Programs["to"]));
        Assert.Equal((RuntimeDiagnostics.ProgramArrayEntry.Id, Errno.EINVAL), (refusal.Id, refusal.Errno));
        Assert.Contains("'to'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'from'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'programs'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, array.Count);
        Assert.NotEqual(1u, loaded.Programs["from"].Run(Loaded.Packet).ReturnValue);
    }

    [Theory]
    [MemberData(nameof(KindPairs))]
    public void TheKernelLetsTheSameProgramsMeet(int callerKind, int entryKind)
    {
        Assert.SkipUnless(KernelOracle.Unavailable is null, KernelOracle.Unavailable ?? "");
        using var kernel = new KernelOracle([s_array]);
        int want = callerKind == entryKind ? 0 : (int)Errno.EINVAL;
        Assert.Equal([want], kernel.Meet(Caller("from", callerKind), Entry("to", entryKind)));

        // Nobody calls: the first entry says what the others must be, even when it is no longer there.
        using var uncalled = new KernelOracle([s_array]);
        Assert.Equal([0, want, 0], uncalled.Meet(null, Entry("first", callerKind), Entry("second", entryKind), Entry("first", callerKind)));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void TheFirstEntryOfAnArrayThatNobodyCallsSaysWhatTheOthersMustBe(BpfEngine engine, int firstKind, int secondKind)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Object(Entry("first", firstKind), Entry("second", secondKind)));
        var array = (ProgramArrayMap)runtime.CreateMap(s_array);
        array.Set(0, loaded.Programs["first"]);
        Assert.True(array.Clear(0));
        if (firstKind == secondKind)
            array.Set(1, loaded.Programs["second"]);
        else
            Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, Refusal(() => array.Set(1, loaded.Programs["second"])).Id);
        array.Set(0, loaded.Programs["first"]);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void CallersOfDifferentKindsDoNotShareAnArray(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        Diagnostic refusal = Refusal(() => runtime.Load(Object(Caller("packet", 0), Caller("buffer", 5))));
        Assert.Equal((RuntimeDiagnostics.ProgramArrayCaller.Id, Errno.EINVAL), (refusal.Id, refusal.Errno));
        Assert.Contains("'buffer' is of type SchedCls", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'packet' first) are of type Xdp", refusal.Message, StringComparison.Ordinal);
        Loaded.AssertEmpty(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void InitialEntriesAreHeldAgainstTheCallersToo(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObjectSpec spec = Object(Caller("from", 5), Entry("to", 0));
        spec = spec with { Maps = [spec.Maps[0] with { InitialEntries = [new(0, "to")] }] };
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, Refusal(() => runtime.Load(spec)).Id);
        Loaded.AssertEmpty(runtime);
    }

    // As for helpers and kernel functions: what only dead code names is not used.
    [Theory]
    [MemberData(nameof(Engines))]
    public void AnArrayThatOnlyDeadCodeNamesIsNotCalled(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        ProgramSpec dead = Program("dead", 5, "r0 = 3\nr2 = 1\nif r2 == 1 goto out\n" + Call.Replace("exit", "out:\nexit", StringComparison.Ordinal));
        using BpfObject loaded = runtime.Load(Object(dead, Caller("from", 0), Entry("to", 0)));
        ((ProgramArrayMap)loaded.Maps["programs"]).Set(0, loaded.Programs["to"]);
        Assert.Equal((3u, 1u), (loaded.Programs["dead"].Run(Loaded.Packet).ReturnValue, loaded.Programs["from"].Run(Loaded.Packet).ReturnValue));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AClaimThatWasTakenBackLeavesTheArrayAsItWas(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Object(Entry("packet", 0), Entry("buffer", 5)));
        var array = (ProgramArrayMap)runtime.CreateMap(s_array);
        CallContract packet = loaded.Programs["packet"].Contract!;
        CallContract buffer = loaded.Programs["buffer"].Contract!;
        Assert.Null(array.Claim(packet, out _));
        Assert.Null(array.Claim(packet, out _));
        array.Withdraw();
        Assert.NotNull(array.Claim(buffer, out string owner));
        Assert.Equal("packet", owner);
        array.Withdraw();
        Assert.Null(array.Claim(buffer, out _));
    }

    // Fault: the program stayed in the host's array while what it had claimed of another one was taken back; then that took programs of another kind.
    [Theory]
    [MemberData(nameof(Engines))]
    public void ARefusedLoadLeavesNoProgramInTheArraysOfOthersAndNoWayToAnotherKind(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        var called = (ProgramArrayMap)runtime.CreateMap(s_array);
        var shared = (ProgramArrayMap)runtime.CreateMap(s_array);
        BpfObjectSpec spec = Object(Caller("from", 0)) with
        {
            Maps =
            [
                s_array,
                s_array with { Name = "shared", InitialEntries = [new(0, "from")] },
                s_array with { Name = "broken", InitialEntries = [new(0, "nobody")] },
            ],
        };
        var options = new LoadOptions { Maps = ImmutableDictionary<string, BpfMap>.Empty.Add("programs", called).Add("shared", shared) };
        Assert.Equal(RuntimeDiagnostics.InitialEntryUnknown.Id, Refusal(() => runtime.Load(spec, options)).Id);
        Assert.Equal(0, shared.Count);
        Assert.Empty(runtime.Programs);
        Assert.Equal([called, shared], runtime.Maps);

        // 'from' is freed, and with it what it said of the other array, once no run can have found it: so its array is anybody's again.
        using BpfObject other = runtime.Load(Object(Entry("to", 5)));
        called.Set(0, other.Programs["to"]);
        Assert.Equal(RuntimeDiagnostics.ProgramArrayCaller.Id, Refusal(() => runtime.Load(Object(Caller("from", 0)), new LoadOptions { Maps = options.Maps.Remove("shared") })).Id);
    }

    // Each has its own code memory and its own numbers for the host's helpers.
    [Theory]
    [MemberData(nameof(Engines))]
    public void ProgramsOfAnotherRuntimeAreRefused(BpfEngine engine)
    {
        using BpfRuntime one = Loaded.NewRuntime(engine);
        using BpfRuntime other = Loaded.NewRuntime(engine);
        using BpfObject called = one.Load(Object(Caller("from", 0), Entry("to", 0)));
        using BpfObject foreign = other.Load(Object(Entry("to", 0)));
        var array = (ProgramArrayMap)called.Maps["programs"];
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, Refusal(() => array.Set(0, foreign.Programs["to"])).Id);
        var unused = (ProgramArrayMap)one.CreateMap(s_array);
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, Refusal(() => unused.Set(0, foreign.Programs["to"])).Id);
        other.Dispose();
        Assert.Equal(7u, called.Programs["from"].Run(Loaded.Packet).ReturnValue & 7);
        Assert.Equal(0, array.Count);
    }

    internal static BpfObjectSpec Object(params ImmutableArray<ProgramSpec> programs) =>
        new() { Name = "arrays", License = "GPL", Maps = [s_array], Programs = programs };

    // 7 where nothing is called; the kernel lets filters of control groups return less.
    internal static ProgramSpec Caller(string name, int kind) => Program(name, kind, Call.Replace("r0 = 7", $"r0 = {(s_kinds[kind].Type == ProgramType.CgroupSkb ? 0 : 7)}", StringComparison.Ordinal));

    internal static ProgramSpec Entry(string name, int kind, int result = 1) => Program(name, kind, $"r0 = {result}\nexit");

    internal static ProgramSpec Program(string name, int kind, string text)
    {
        ProgramSpec program = Written.Program(text, name, s_kinds[kind].Type, s_kinds[kind].Attach);
        int load = program.Instructions.ToList().FindIndex(instruction => instruction.IsWideLoad);
        return program with
        {
            License = "GPL",
            HasFrags = s_kinds[kind].HasFrags,
            References = load < 0 ? [] : [new MapReference(load, 0, IsValue: false, 0)],
        };
    }

    internal static Diagnostic Refusal(Action action) => Assert.ThrowsAny<BpfException>(action).Diagnostic;
}
