// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;
using NopTap.TestKit.Children;
using NopTap.Threads;
using static NopTap.Tests.Runtime.ProgramArrayTests;

namespace NopTap.Tests.Runtime;

/// <summary>Program arrays whose entries come, go and are disposed of, contexts of a host in them, and observers that get their code late.</summary>
public sealed class ProgramArrayLifeTests
{
    struct Small
    {
        public ulong Word;
    }

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public void AStructureOfTheHostIsHandedOnlyToProgramsThatWereVerifiedForIt(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("program_arrays");
        var array = (ProgramArrayMap)loaded.Maps["of_hosts"];
        using var context = new PlainContext<Small>(new Small { Word = 41 });
        Diagnostic refusal = Refusal(() => array.Set(0, loaded.Programs["to_large"]));
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, refusal.Id);
        Assert.Contains("'large' of 512 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'small' of 8 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(100ul, loaded.Programs["from_small"].Run(context));
        array.Set(0, loaded.Programs["to_small"]);
        Assert.Equal(42ul, loaded.Programs["from_small"].Run(context));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ObserversOfOnePrototypeMeet(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("program_arrays");
        var array = (ProgramArrayMap)loaded.Maps["of_observers"];
        Assert.Contains("has no code", Refusal(() => array.Set(0, loaded.Programs["to_one"])).Message, StringComparison.Ordinal);
        using (loaded.Programs["target"].Probes["one"].Attach(loaded.Programs["to_one"], new LinkOptions()))
            array.Set(0, loaded.Programs["to_one"]);
        using BpfLink link = loaded.Programs["target"].Probes["one"].Attach(loaded.Programs["from_one"], new LinkOptions());
        loaded.Programs["target"].Run(Loaded.Packet);
        Assert.Equal(11, loaded.Global("seen"));
    }

    // The entry has code before the caller has: what the caller is built for is told by its first target.
    [Theory]
    [MemberData(nameof(Engines))]
    public void AnObserverThatIsBuiltLateIsNotLedToOneOfAnotherPrototype(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("program_arrays");
        var array = (ProgramArrayMap)loaded.Maps["of_observers"];
        using (loaded.Programs["target"].Probes["two"].Attach(loaded.Programs["to_two"], new LinkOptions()))
            array.Set(0, loaded.Programs["to_two"]);
        Diagnostic refusal = Refusal(() => loaded.Programs["target"].Probes["one"].Attach(loaded.Programs["from_one"], new LinkOptions()));
        Assert.Equal(RuntimeDiagnostics.ProgramArrayCaller.Id, refusal.Id);
        Assert.Contains("'from_one' was built for (int a)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'to_two' first", refusal.Message, StringComparison.Ordinal);
        Assert.False(loaded.Programs["from_one"].IsBound);

        // What was refused may still be attached where it fits.
        using BpfLink link = loaded.Programs["target"].Probes["two"].Attach(loaded.Programs["from_one"], new LinkOptions());
        loaded.Programs["target"].Run(Loaded.Packet);
        Assert.Equal(43, loaded.Global("seen"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnEntryOfAnotherPrototypeThanTheCallersIsRefused(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("program_arrays");
        var array = (ProgramArrayMap)loaded.Maps["of_observers"];
        using BpfLink link = loaded.Programs["target"].Probes["one"].Attach(loaded.Programs["from_one"], new LinkOptions());
        using BpfLink other = loaded.Programs["target"].Probes["two"].Attach(loaded.Programs["to_two"], new LinkOptions());
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, Refusal(() => array.Set(0, loaded.Programs["to_two"])).Id);
        Assert.Equal(RuntimeDiagnostics.ProgramArrayCaller.Id, Refusal(() => loaded.Programs["target"].Probes["two"].Attach(loaded.Programs["from_two"], new LinkOptions())).Id);
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, Refusal(() => array.Set(0, loaded.Programs["target"])).Id);
        loaded.Programs["target"].Run(Loaded.Packet);
        Assert.Equal(1043, loaded.Global("seen"));
    }

    // A context is handed to an observer by address; the helper that looks into it must get an XDP program's.
    [Theory]
    [MemberData(nameof(Engines))]
    public void AnObserverAsksOnlyAPacketForItsLength(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("program_arrays");
        BpfProgram observer = loaded.Programs["length_of_target"];
        Refusal(() => loaded.Programs["from_small"].Probes["host"].Attach(observer, new LinkOptions()));
        Refusal(() => loaded.Programs["target"].Probes["one"].Attach(loaded.Programs["length_of_arguments"], new LinkOptions()));
        Assert.False(observer.IsBound || loaded.Programs["length_of_arguments"].IsBound);
        using BpfLink link = loaded.Programs["target"].Probes["frame"].Attach(observer, new LinkOptions());
        loaded.Programs["target"].Run(Loaded.Packet);
        Assert.Equal(Loaded.Packet.Length, loaded.Global("seen"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnEntryOutlivesItsObjectAndGoesWithTheLastArrayThatHoldsIt(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject caller = runtime.Load(Object(Caller("from", 0)));
        int blocks = runtime.Code?.BlockCount ?? 0;
        var array = (ProgramArrayMap)caller.Maps["programs"];
        BpfObject called = runtime.Load(Object(Entry("to", 0)));
        BpfProgram entry = called.Programs["to"];
        array.Set(0, entry);
        array.Set(1, entry);
        called.Dispose();
        Assert.Equal(1u, caller.Programs["from"].Run(Loaded.Packet).ReturnValue);

        // What is disposed of is held by what holds it, and put nowhere else.
        Assert.Contains("is being unloaded", Refusal(() => array.Set(1, entry)).Message, StringComparison.Ordinal);
        Assert.True(array.Clear(1));
        Assert.True(array.Delete(new byte[4]));
        Assert.Equal(7u, caller.Programs["from"].Run(Loaded.Packet).ReturnValue);
        Assert.True(Epochs.Synchronize());
        Assert.Equal(blocks, runtime.Code?.BlockCount ?? 0);
        Assert.False(entry.TryRetain());
    }

    // Arrays that are given outlive the object that was refused: what it put there, or said of others, must not stay behind or go too early.
    [Theory]
    [MemberData(nameof(Engines))]
    public void ARefusedObjectLeavesNothingInArraysOfOthers(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject caller = runtime.Load(Object(Caller("from", 0)));
        var entered = (ProgramArrayMap)caller.Maps["programs"];
        BpfObjectSpec own = Object(Caller("between", 0), Entry("to", 0));
        MapSpec called = own.Maps[0];
        using var through = (ProgramArrayMap)runtime.CreateMap(called with { Name = "through" });
        BpfObjectSpec refused = own with { Maps = [called, called with { Name = "entered", InitialEntries = [new(0, "between"), new(1, "nothing")] }] };
        var given = new LoadOptions { Maps = ImmutableDictionary<string, BpfMap>.Empty.Add(called.Name, through).Add("entered", entered) };
        Assert.Equal(RuntimeDiagnostics.InitialEntryUnknown.Id, Refusal(() => runtime.Load(refused, given)).Id);
        Assert.Null(entered.Get(0));

        // What the refused program said of the array that it called is withdrawn with it; nothing leads from one to the other.
        using BpfObject other = runtime.Load(Object(Entry("other", 1)));
        through.Set(0, other.Programs["other"]);
        Assert.Equal(7u, caller.Programs["from"].Run(Loaded.Packet).ReturnValue);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnArrayThatIsDisposedOfTakesNothing(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using (BpfObject loaded = runtime.Load(Object(Caller("from", 0), Entry("to", 0))))
        {
            var array = (ProgramArrayMap)loaded.Maps["programs"];
            array.Set(0, loaded.Programs["to"]);
            array.Dispose();
            Assert.Equal(7u, loaded.Programs["from"].Run(Loaded.Packet).ReturnValue);
            Assert.Throws<ObjectDisposedException>(() => array.Set(0, loaded.Programs["to"]));
            Assert.Equal(7u, loaded.Programs["from"].Run(Loaded.Packet).ReturnValue);
        }

        Loaded.AssertEmpty(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void WithTheRuntimeEveryEntryGoes(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObject one = runtime.Load(Object(Caller("from", 0), Entry("to", 0)));
        BpfObject two = runtime.Load(Object(Caller("from", 0), Entry("to", 0)));
        var unused = (ProgramArrayMap)runtime.CreateMap(one.Maps["programs"].Spec);
        unused.Set(0, one.Programs["to"]);
        ((ProgramArrayMap)one.Maps["programs"]).Set(0, two.Programs["to"]);
        ((ProgramArrayMap)two.Maps["programs"]).Set(0, one.Programs["to"]);
        runtime.Dispose();
        Assert.Throws<ObjectDisposedException>(() => one.Programs["from"].Run(Loaded.Packet));
        Assert.Throws<ObjectDisposedException>(() => unused.Set(0, two.Programs["to"]));
        Assert.True(Epochs.Synchronize());
        Assert.Empty(runtime.Programs);
        Assert.Empty(runtime.Maps);
        Assert.False(one.Programs["to"].TryRetain() || two.Programs["to"].TryRetain());
        Assert.Throws<ObjectDisposedException>(() => runtime.Load(Object(Entry("to", 0))));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void WhatChangesBesideRunsNeitherHarmsNorHoldsThem(BpfEngine engine) => ChildProcess.Run(ChangeBesideRuns, engine.ToString());

    static void ChangeBesideRuns(string[] arguments)
    {
        var engine = Enum.Parse<BpfEngine>(arguments[0]);
        DisposeOfAnArrayForWhichARunWaits(engine);
        ReplaceEntriesBesideRuns(engine);
    }

    // The run stands in a helper until its entry is gone; then it goes on to the array while the disposal waits for it.
    static void DisposeOfAnArrayForWhichARunWaits(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using var inside = new ManualResetEventSlim();
        ProgramArrayMap? array = null;
        HostHelper wait = (in HelperCall call) =>
        {
            inside.Set();
            SpinWait.SpinUntil(() => array!.Count == 0);
            return 0;
        };
        int helper = runtime.Helpers.Add("wait", [], wait);
        using BpfObject caller = runtime.Load(Object(Program("from", 0, $"r6 = r1\ncall {helper}\nr1 = r6\nr2 = map[idx:0]\nr3 = 0\ncall tail_call\nr0 = 7\nexit")));
        array = (ProgramArrayMap)caller.Maps["programs"];
        using (BpfObject called = runtime.Load(Object(Entry("to", 0))))
            array.Set(0, called.Programs["to"]);
        Task<uint> run = Beside(() => caller.Programs["from"].Run(Loaded.Packet).ReturnValue);
        inside.Wait();
        Task disposal = Beside(() =>
        {
            array.Dispose();
            return 0u;
        });
        Assert.Equal(7u, run.GetAwaiter().GetResult());
        disposal.GetAwaiter().GetResult();
    }

    // Entries are replaced, emptied and disposed of beside runs that call through them; each run ends in what was there at some moment.
    static void ReplaceEntriesBesideRuns(BpfEngine engine)
    {
        const int Changes = 300;
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject caller = runtime.Load(Object(Caller("from", 0)));
        var array = (ProgramArrayMap)caller.Maps["programs"];
        bool isDone = false;
        Task<uint> runs = Beside(() =>
        {
            uint wrong = 0;
            while (!Volatile.Read(ref isDone))
                wrong += caller.Programs["from"].Run(Loaded.Packet).ReturnValue is 1 or 2 or 7 ? 0u : 1;
            return wrong;
        });
        for (int change = 0; change < Changes; change++)
        {
            using BpfObject called = runtime.Load(Object(Entry("to", 0, 1 + (change & 1))));
            array.Set(0, called.Programs["to"]);
            if (change % 3 == 0)
                array.Clear(0);
        }

        Volatile.Write(ref isDone, true);
        Assert.Equal(0u, runs.GetAwaiter().GetResult());
    }

    static Task<uint> Beside(Func<uint> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
