// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Tests.Runtime;

/// <summary>Walks over maps within walks.</summary>
public sealed class MapWalkTests
{
    // Each of the hundred walks in a callback ends at its first element, for whatever reason.
    const string Nested = """
        *(u64 *)(r10 - 8) = 0
        r1 = map[idx:0]
        r2 = subprog[fn_outer]
        r3 = r10
        r3 += -8
        r4 = 0
        call for_each_map_elem
        r0 = *(u64 *)(r10 - 8)
        exit
        fn_outer:
        r6 = r2
        r7 = r4
        r1 = 100
        r2 = subprog[fn_again]
        r3 = 0
        r4 = 0
        call loop
        r1 = *(u32 *)(r6 + 0)
        r2 = *(u64 *)(r7 + 0)
        r2 *= 10
        r2 += r1
        *(u64 *)(r7 + 0) = r2
        r0 = 0
        exit
        fn_again:
        r1 = map[idx:0]
        r2 = subprog[fn_first]
        r3 = 0
        r4 = 0
        call for_each_map_elem
        r0 = 0
        exit
        fn_first:
        r0 = 1
        exit
        """;

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public void WalksThatEndEarlyLeaveTheKeyOfTheWalkAroundThem(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Walk(Nested, MapType.Array));
        Assert.Equal([1234u, 1234u], [loaded.Programs[0].Run(Loaded.Packet).ReturnValue, loaded.Programs[0].Run(Loaded.Packet).ReturnValue]);
    }

    // The key of an array's element lies in a frame of the walk. Whoever read it afterwards would read what the host has left there.
    [Theory]
    [InlineData(MapType.Array, "r4", false)]
    [InlineData(MapType.PercpuArray, "r4", false)]
    [InlineData(MapType.Array, "r10", true)]
    [InlineData(MapType.Hash, "r4", true)]
    public void TheKeyOfAnArrayStaysInItsCallback(MapType type, string frame, bool isAccepted)
    {
        BpfObjectSpec spec = Walk(
            $"""
            *(u64 *)(r10 - 8) = 0
            r1 = map[idx:0]
            r2 = subprog[fn_keep]
            r3 = r10
            r4 = 0
            call for_each_map_elem
            r0 = 0
            r1 = *(u64 *)(r10 - 8)
            if r1 == 0 goto +1
            r0 = *(u32 *)(r1 + 0)
            exit
            fn_keep:
            r4 = {frame}
            *(u64 *)(r4 - 8) = r2
            r0 = 0
            exit
            """,
            type);
        using var runtime = new BpfRuntime();
        if (isAccepted)
            runtime.Load(spec).Dispose();
        else
            Assert.Equal("BPF2042", Assert.ThrowsAny<BpfException>(() => runtime.Load(spec)).Diagnostic.Id);
    }

    // 4,096 empty buckets, walked a thousand times: nothing is called back, and still it is work.
    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void EmptyBucketsCountAsRounds(BpfEngine engine)
    {
        BpfObjectSpec spec = Walk(
            """
            r1 = 1000
            r2 = subprog[fn_walk]
            r3 = 0
            r4 = 0
            call loop
            r0 = 0
            exit
            fn_walk:
            r1 = map[idx:0]
            r2 = subprog[fn_none]
            r3 = 0
            r4 = 0
            call for_each_map_elem
            r0 = 0
            exit
            fn_none:
            r0 = 0
            exit
            """,
            MapType.Hash);
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject loaded = runtime.Load(spec with { Maps = [spec.Maps[0] with { MaxEntries = 4096 }] });
        Assert.Equal(1000 + 4000, loaded.Programs[0].Run(new byte[64], new RunOptions()).Rounds);
        RunResult stopped = loaded.Programs[0].Run(new byte[64], new RunOptions { Rounds = 100 });
        Assert.Equal((RunStop.Rounds, 100), (stopped.Stop, stopped.Rounds));
    }

    static BpfObjectSpec Walk(string text, MapType type)
    {
        BpfObjectSpec spec = Written.Xdp(text);
        ProgramSpec program = spec.Programs[0];
        var references = new List<MapReference>();
        for (int slot = 0; slot < program.Instructions.Length; slot += program.Instructions[slot].SlotCount)
        {
            if (program.Instructions[slot] is { IsWideLoad: true, IsFunctionReference: false })
                references.Add(new MapReference(slot, 0, IsValue: false, 0));
        }

        var map = new MapSpec { Name = "walked", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 5 };
        return spec with { Maps = [map], Programs = [program with { License = "GPL", References = [.. references] }] };
    }
}
