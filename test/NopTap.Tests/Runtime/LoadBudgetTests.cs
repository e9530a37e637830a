// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>What a load may cost is bounded by the runtime's options: a refusal names the budget, and everything is given back.</summary>
public sealed class LoadBudgetTests
{
    static readonly string s_firewall = Repository.PathOf("samples", "firewall", "firewall.bpf.o");

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    static BpfRuntime Make(BpfEngine engine, Func<BpfRuntimeOptions, BpfRuntimeOptions> change) => new(change(new BpfRuntimeOptions { Engine = engine }));

    static ProgramSpec Program(string name, string text)
    {
        ImmutableArray<Instruction> code = [.. Assembler.Parse(text)];
        return new ProgramSpec
        {
            Name = name,
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            License = "GPL",
            Instructions = code,
            Functions = [new FunctionSpec(name, 0, code.Length, false, 0)],
        };
    }

    static MapSpec Array(string name, uint entries) => new() { Name = name, Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = entries };

    static void NothingIsLeft(BpfRuntime runtime)
    {
        Assert.Empty(runtime.Programs);
        Assert.Empty(runtime.Maps);
        Assert.Equal(0, runtime.MapBudget.Used);
        Assert.Equal(0, runtime.Code?.BlockCount ?? 0);
    }

    // Each budget a little too small for the firewall, which loads with the usual ones.
    public static TheoryData<BpfEngine, string, string> Budgets()
    {
        var rows = new TheoryData<BpfEngine, string, string>();
        foreach (BpfEngine engine in new[] { BpfEngine.Auto, BpfEngine.Interpreter })
        {
            rows.Add(engine, nameof(BpfRuntimeOptions.FileBytes), FormatDiagnostics.FileTooLarge.Id);
            rows.Add(engine, nameof(BpfRuntimeOptions.Instructions), FormatDiagnostics.ObjectTooLarge.Id);
            rows.Add(engine, nameof(BpfRuntimeOptions.MapBytes), RuntimeDiagnostics.MapBudgetSpent.Id);
            rows.Add(engine, nameof(BpfRuntimeOptions.VerifierSteps), "BPF2080");
            rows.Add(engine, nameof(BpfRuntimeOptions.VerifierBytes), "BPF2080");
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    public void ARefusalNamesTheBudgetAndLeavesNothing(BpfEngine engine, string budget, string id)
    {
        using BpfRuntime runtime = Make(engine, options => budget switch
        {
            nameof(BpfRuntimeOptions.FileBytes) => options with { FileBytes = 1000 },
            nameof(BpfRuntimeOptions.Instructions) => options with { Instructions = 100 },
            nameof(BpfRuntimeOptions.MapBytes) => options with { MapBytes = 10_000 },
            nameof(BpfRuntimeOptions.VerifierSteps) => options with { VerifierSteps = 100 },
            _ => options with { VerifierBytes = 1000 },
        });
        Diagnostic refused = Assert.ThrowsAny<BpfException>(() => runtime.Load(s_firewall)).Diagnostic;
        Assert.Equal(id, refused.Id);
        Assert.Contains(budget, refused.Message + refused.Hint, StringComparison.Ordinal);
        NothingIsLeft(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void SpecsThatNoReaderCountedAreCountedToo(BpfEngine engine)
    {
        using BpfRuntime runtime = Make(engine, options => options with { Instructions = 3 });
        var spec = new BpfObjectSpec { Name = "o", Programs = [Program("a", "r0 = 0\nexit"), Program("b", "r0 = 0\nexit")] };
        Diagnostic refused = Assert.ThrowsAny<BpfException>(() => runtime.Load(spec)).Diagnostic;
        Assert.Equal(RuntimeDiagnostics.TooManyInstructions.Id, refused.Id);
        NothingIsLeft(runtime);
    }

    [Fact]
    public void CodeThatDoesNotFitNamesItsBudgetAndLeavesNothing()
    {
        Assert.SkipUnless(BpfRuntime.IsCompilerSupported, "the compiler does not run here");
        using BpfRuntime runtime = Make(BpfEngine.Compiler, options => options with { CodeCapacity = 4096 });
        Program("p", "r0 = 0\nexit");
        string body = string.Concat(Enumerable.Repeat("r0 += r1\n", 4000));
        Diagnostic refused = Assert.ThrowsAny<BpfException>(() => runtime.Load(new BpfObjectSpec { Name = "o", Programs = [Program("p", $"r0 = 0\nr1 = *(u32 *)(r1 + 12)\n{body}exit")] })).Diagnostic;
        Assert.Contains("CodeCapacity", refused.Hint, StringComparison.Ordinal);
        NothingIsLeft(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void StepsAreCountedOverAllProgramsOfALoad(BpfEngine engine)
    {
        // 3,002 steps each: two fit into the budget, a third does not, and the next load begins anew.
        const string Loop = "r0 = 0\nr0 += 1\nif r0 < 1000 goto -2\nr0 = 0\nexit";
        using BpfRuntime runtime = Make(engine, options => options with { VerifierSteps = 4_500 });
        var two = new BpfObjectSpec { Name = "two", Programs = [Program("a", Loop), Program("b", Loop)] };
        runtime.Load(two).Dispose();
        runtime.Load(two).Dispose();
        var three = two with { Programs = [.. two.Programs, Program("c", Loop)] };
        Diagnostic refused = Assert.ThrowsAny<BpfException>(() => runtime.Load(three)).Diagnostic;
        Assert.Equal(("BPF2080", "c"), (refused.Id, refused.Place.Program));
        NothingIsLeft(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void MapsGiveTheirBytesBack(BpfEngine engine)
    {
        using BpfRuntime runtime = Make(engine, options => options with { MapBytes = 100_000 });
        for (int i = 0; i < 5; i++)
        {
            BpfMap first = runtime.CreateMap(Array("first", 6_000));
            Assert.Equal(RuntimeDiagnostics.MapBudgetSpent.Id, Assert.Throws<BpfOperationException>(() => runtime.CreateMap(Array("second", 6_400))).Diagnostic.Id);
            BpfMap third = runtime.CreateMap(Array("third", 5_000));
            Assert.InRange(runtime.MapBudget.Used, 88_000, 100_000);
            first.Dispose();
            third.Dispose();
            NothingIsLeft(runtime);
        }
    }

    [Fact]
    public void MapsThatAProgramHoldsStayCounted()
    {
        using var runtime = new BpfRuntime();
        long one;
        using (BpfObject loaded = runtime.Load(s_firewall))
        {
            one = runtime.MapBudget.Used;
            foreach (BpfMap map in loaded.Maps)
                map.Dispose();
            Assert.Equal(one, runtime.MapBudget.Used);
        }

        Assert.True(one > 0);
        NothingIsLeft(runtime);
    }

    public static TheoryData<MapSpec> HugeMaps => new(
        Array("array", uint.MaxValue),
        new MapSpec { Name = "array", Type = MapType.Array, KeySize = 4, ValueSize = int.MaxValue - 8, MaxEntries = uint.MaxValue },
        new MapSpec { Name = "percpu", Type = MapType.PercpuArray, KeySize = 4, ValueSize = 32768, MaxEntries = uint.MaxValue },
        new MapSpec { Name = "hash", Type = MapType.Hash, KeySize = 4, ValueSize = 4, MaxEntries = 1u << 30 },
        new MapSpec { Name = "percpu_hash", Type = MapType.PercpuHash, KeySize = 4, ValueSize = 32768, MaxEntries = 1u << 30 },
        new MapSpec { Name = "trie", Type = MapType.LpmTrie, KeySize = 8, ValueSize = 1 << 20, MaxEntries = uint.MaxValue, Flags = 1 },
        new MapSpec { Name = "programs", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = uint.MaxValue },
        new MapSpec { Name = "maps", Type = MapType.ArrayOfMaps, KeySize = 4, ValueSize = 4, MaxEntries = uint.MaxValue, Inner = Array("inner", 1) },
        new MapSpec { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 1u << 31 },
        new MapSpec { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 1u << 31 } with { Name = "ring2" });

    [Theory]
    [MemberData(nameof(HugeMaps))]
    public void AHugeMapIsRefusedOrCostsNothingUntilItIsUsed(MapSpec spec)
    {
        using var runtime = new BpfRuntime();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            runtime.CreateMap(spec).Dispose();
        }
        catch (BpfOperationException refused)
        {
            Assert.Contains(refused.Diagnostic.Id, new[] { RuntimeDiagnostics.MapBudgetSpent.Id, RuntimeDiagnostics.MapTooLarge.Id, RuntimeDiagnostics.MemoryRefused.Id });
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        NothingIsLeft(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ALoadThatIsCancelledLeavesNothing(BpfEngine engine)
    {
        using BpfRuntime runtime = Make(engine, options => options);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => runtime.Load(s_firewall, cancelled.Token));
        NothingIsLeft(runtime);
        runtime.Load(s_firewall).Dispose();
        NothingIsLeft(runtime);
    }

    [Fact]
    public void ABudgetOfLessThanNothingRefuses()
    {
        using BpfRuntime runtime = Make(BpfEngine.Auto, options => options with { MapBytes = long.MinValue, VerifierSteps = long.MinValue, VerifierBytes = long.MinValue });
        Assert.ThrowsAny<BpfException>(() => runtime.CreateMap(Array("a", 1)));
        Assert.ThrowsAny<BpfException>(() => runtime.Load(new BpfObjectSpec { Name = "o", Programs = [Program("p", "r0 = 0\nexit")] }));
        NothingIsLeft(runtime);
    }
}
