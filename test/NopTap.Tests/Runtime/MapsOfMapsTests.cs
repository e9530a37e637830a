// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit.Kernel;
using NopTap.Tests.Maps;

namespace NopTap.Tests.Runtime;

/// <summary>Maps of maps: what programs find in them, and maps that come and go meanwhile.</summary>
public sealed class MapsOfMapsTests
{
    const uint Pass = 2;
    const uint Drop = 1;

    // struct flow of maps_of_maps.bpf.c
    [StructLayout(LayoutKind.Sequential)]
    readonly record struct Flow(uint Lock, uint Packets, ulong Bytes);

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    static BpfMapOfMaps Outer(BpfObject loaded, string name) => (BpfMapOfMaps)loaded.Maps[name];

    [Theory]
    [MemberData(nameof(Engines))]
    public void ProgramsFindTheMapsOfTheInitialiser(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("maps_of_maps");
        BpfMapOfMaps outer = Outer(loaded, "by_queue");
        Assert.Same(loaded.Maps["first"], outer.Get(0));
        Assert.Same(loaded.Maps["second"], outer.Get(2));
        Assert.Null(outer.Get(1));
        Assert.Equal(2, outer.Count);
        Assert.Equal(loaded.Maps["second"].Id, BitConverter.ToUInt32(outer.Lookup([2, 0, 0, 0])));
        // Packets are of queue 0.
        Assert.Equal(Pass, loaded.Programs["lengths"].Run(Loaded.Packet).ReturnValue);
        Assert.Equal((ulong)Loaded.Packet.Length, loaded.Maps["first"].Get(3));
        Assert.Equal((uint)Loaded.Packet.Length, loaded.Programs["sum"].Run(Loaded.Packet).ReturnValue);
        Assert.True(outer.Clear(0));
        Assert.False(outer.Clear(0));
        Assert.Equal(Drop, loaded.Programs["lengths"].Run(Loaded.Packet).ReturnValue);
        outer.Set(0, loaded.Maps["second"]);
        Assert.Equal(Pass, loaded.Programs["lengths"].Run(Loaded.Packet).ReturnValue);
        Assert.Equal((ulong)Loaded.Packet.Length, loaded.Maps["second"].Get(3));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void HashesOfMapsTakeMapsOfTheHost(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObject loaded = runtime.LoadCorpus("maps_of_maps");
        BpfMapOfMaps outer = Outer(loaded, "by_interface");
        BpfProgram flow = loaded.Programs["flow"];
        uint ingress = flow.Run(Loaded.Packet).ReturnValue == Drop ? 0u : 1u;
        outer.Clear(ingress);
        Assert.Equal(Drop, flow.Run(Loaded.Packet).ReturnValue);
        // Other capacities are fine in a hash.
        BpfMap own = runtime.CreateMap(outer.Template with { Name = "own", MaxEntries = 1 });
        outer.Set(ingress, own);
        for (int i = 0; i < 10; i++)
            Assert.Equal(Pass, flow.Run(Loaded.Packet).ReturnValue);
        Assert.Equal(3u, flow.Run([.. Loaded.Packet, 0]).ReturnValue);
        BpfMap<ulong, Flow> flows = own.As<ulong, Flow>();
        ulong length = (ulong)Loaded.Packet.Length;
        Assert.Equal(new Flow(0, 10, 10 * length), flows[length]);
        // The entry holds the map, the host need not.
        own.Dispose();
        Assert.DoesNotContain(own, runtime.Maps);
        Assert.Equal(Pass, flow.Run(Loaded.Packet).ReturnValue);
        Assert.Same(own, outer.Get(ingress));
        Assert.Throws<ObjectDisposedException>(() => flows[length]);
        loaded.Dispose();
        Loaded.AssertEmpty(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void RingsInsideArrays(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("maps_of_maps");
        BpfMapOfMaps outer = Outer(loaded, "rings");
        using var ring = (BpfRingBuffer)runtime.CreateMap(outer.Template with { Name = "ring" });
        Assert.Equal(Drop, loaded.Programs["tell"].Run(Loaded.Packet).ReturnValue);
        outer.Set(0, ring);
        Assert.Equal(Pass, loaded.Programs["tell"].Run(Loaded.Packet).ReturnValue);
        Assert.Equal((ulong)Loaded.Packet.Length, BitConverter.ToUInt64(ring.TryRead()!));
    }

    // Every run adds its packet to the map that it found: whatever is exchanged meanwhile, no length is lost and none is counted twice.
    [Theory]
    [MemberData(nameof(Engines))]
    public void MapsAreExchangedUnderRunningPrograms(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("maps_of_maps");
        BpfMapOfMaps arrays = Outer(loaded, "by_queue");
        BpfMapOfMaps hashes = Outer(loaded, "by_interface");
        BpfProgram lengths = loaded.Programs["lengths"];
        BpfProgram flow = loaded.Programs["flow"];
        uint ingress = flow.Run(Loaded.Packet).ReturnValue == Drop ? 0u : 1u;
        long passedLengths = 0;
        long passedFlows = ingress == 1 ? 1 : 0;
        bool stop = false;
        Thread[] runners = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                if (lengths.Run(Loaded.Packet).ReturnValue == Pass)
                    Interlocked.Increment(ref passedLengths);
                if (flow.Run(Loaded.Packet).ReturnValue == Pass)
                    Interlocked.Increment(ref passedFlows);
            }
        }))];
        ulong key = (ulong)Loaded.Packet.Length;
        ulong countedLengths = 0;
        ulong countedFlows = 0;
        foreach (Thread runner in runners)
            runner.Start();
        int exchanges = 0;
        BpfMap array = loaded.Maps["first"];
        BpfMap hash = hashes.Get(ingress) ?? runtime.CreateMap(hashes.Template);
        for (; exchanges < 60; exchanges++)
        {
            BpfMap nextArray = runtime.CreateMap(arrays.Template with { Name = "a" });
            BpfMap nextHash = runtime.CreateMap(hashes.Template with { Name = "h" });
            if (exchanges % 3 == 0)
                arrays.Clear(0);
            arrays.Set(0, nextArray);
            hashes.Set(ingress, nextHash);
            // No run can still be adding to what was taken out.
            countedLengths += array.Get(3)!.Value / key;
            countedFlows += hash.As<ulong, Flow>().TryGetValue(key, out Flow last) ? last.Packets : 0;
            array.Dispose();
            hash.Dispose();
            (array, hash) = (nextArray, nextHash);
        }

        Volatile.Write(ref stop, true);
        foreach (Thread runner in runners)
            runner.Join();
        countedLengths += array.Get(3)!.Value / key;
        countedFlows += hash.As<ulong, Flow>().TryGetValue(key, out Flow rest) ? rest.Packets : 0;
        Assert.Equal(((ulong)passedLengths, (ulong)passedFlows), (countedLengths, countedFlows));
        Assert.NotEqual(0UL, countedFlows);
    }

    public static TheoryData<string, Func<MapSpec, MapSpec>> Unlike => new()
    {
        { "is of type", spec => spec with { Type = MapType.Hash } },
        { "has keys", spec => spec with { KeySize = 8 } },
        { "has values", spec => spec with { ValueSize = 12 } },
        { "has flags", spec => spec with { Flags = (uint)MapFlags.InnerMap } },
        { "has 5 entries", spec => spec with { MaxEntries = 5 } },
        { "spin lock", spec => spec with { SpinLockOffset = 0 } },
    };

    [Theory]
    [MemberData(nameof(Unlike))]
    public void MapsUnlikeTheTemplateAreRefused(string why, Func<MapSpec, MapSpec> change)
    {
        using var runtime = new BpfRuntime();
        MapSpec template = MapFixture.Spec(why == "has keys" ? MapType.Hash : MapType.Array);
        using BpfMap outer = runtime.CreateMap(Template(MapType.ArrayOfMaps, template));
        using BpfMap inner = runtime.CreateMap(change(template));
        var error = Assert.Throws<BpfOperationException>(() => ((BpfMapOfMaps)outer).Set(0, inner));
        Assert.Equal(RuntimeDiagnostics.InnerMapMismatch.Id, error.Diagnostic.Id);
        Assert.Contains(why, error.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ArraysOfOtherLengthsTakeAFlag()
    {
        using var runtime = new BpfRuntime();
        MapSpec template = MapFixture.Spec(MapType.Array, flags: MapFlags.InnerMap);
        using var outer = (BpfMapOfMaps)runtime.CreateMap(Template(MapType.ArrayOfMaps, template));
        using BpfMap inner = runtime.CreateMap(template with { MaxEntries = 99 });
        outer.Set(3, inner);
        Assert.Same(inner, outer.Get(3));
        var error = Assert.Throws<BpfOperationException>(() => outer.Set(4, inner));
        Assert.Equal(RuntimeDiagnostics.MapIndexBeyondEnd.Id, error.Diagnostic.Id);
        error = Assert.Throws<BpfOperationException>(() => outer.Set(BitConverter.GetBytes(1), inner, MapUpdate.NoExist));
        Assert.Equal(RuntimeDiagnostics.MapUpdateFlags.Id, error.Diagnostic.Id);
        error = Assert.Throws<BpfOperationException>(() => outer.Update(BitConverter.GetBytes(1), new byte[4]));
        Assert.Equal(RuntimeDiagnostics.MapOperationNotSupported.Id, error.Diagnostic.Id);
        inner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => outer.Set(1, MapFactoryDisposed(template)));
        Assert.Equal(1, outer.Count);
    }

    // It stands for a map that cannot exist here and has no entries, and an array of the template's capacity has all of them.
    [Fact]
    public void AMapThatCannotExistHereIsNotPutIn()
    {
        using var runtime = new BpfRuntime();
        MapSpec template = MapFixture.Spec(MapType.Array);
        using var outer = (BpfMapOfMaps)runtime.CreateMap(Template(MapType.ArrayOfMaps, template));
        using BpfObject loaded = runtime.Load(new BpfObjectSpec { Name = "o", Maps = [template with { Name = "timers", UnsupportedField = "struct bpf_timer at offset 0" }] });
        Assert.Equal(RuntimeDiagnostics.InnerMapMismatch.Id, Assert.Throws<BpfOperationException>(() => outer.Set(0, loaded.Maps["timers"])).Diagnostic.Id);
        Assert.Equal(0, outer.Count);
    }

    static BpfMap MapFactoryDisposed(MapSpec spec)
    {
        BpfMap map = MapFactory.Create(spec, 1);
        map.Dispose();
        return map;
    }

    static MapSpec Template(MapType type, MapSpec? inner) => new() { Name = "outer", Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 4, Inner = inner };

    // The kernel takes the same definitions; where it takes none, its error is not compared.
    public static TheoryData<string, MapSpec> Definitions
    {
        get
        {
            MapSpec array = MapFixture.Spec(MapType.Array);
            var definitions = new TheoryData<string, MapSpec>();
            foreach (MapType type in (MapType[])[MapType.ArrayOfMaps, MapType.HashOfMaps])
            {
                MapSpec outer = Template(type, array);
                foreach (MapFlags flags in Enum.GetValues<MapFlags>())
                    definitions.Add($"{type} {flags}", outer with { Flags = (uint)flags });
                definitions.Add($"{type} of itself", outer with { Inner = outer });
                definitions.Add($"{type} of nothing", outer with { Inner = null });
                definitions.Add($"{type} key 8", outer with { KeySize = 8 });
                definitions.Add($"{type} value 8", outer with { ValueSize = 8 });
                definitions.Add($"{type} of none", outer with { MaxEntries = 0 });
                foreach (MapType inner in (MapType[])[MapType.Hash, MapType.PercpuArray, MapType.PercpuHash])
                    definitions.Add($"{type} of {inner}", outer with { Inner = array with { Type = inner } });
                definitions.Add($"{type} of prog arrays", outer with { Inner = array with { Type = MapType.ProgArray, ValueSize = 4 } });
                definitions.Add($"{type} of rings", outer with { Inner = new() { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 4096 } });
                definitions.Add($"{type} of locks", outer with { Inner = array with { SpinLockOffset = 4 } });
                definitions.Add($"{type} with a lock", outer with { SpinLockOffset = 0 });
            }

            return definitions;
        }
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void DefinitionsAreThoseOfTheKernel(string name, MapSpec spec)
    {
        if (KernelOracle.Unavailable is { } reason)
            Assert.Skip(reason);
        bool made = MapFactory.TryCreate(spec, 1, out BpfMap? map, out Diagnostic? error);
        map?.Dispose();
        int kernel = KernelMaps.Create(spec);
        KernelMaps.Close(kernel);
        Assert.True(made == kernel >= 0, $"{name}: here {error?.ToString() ?? "made"}, in the kernel {kernel}");
        if (spec.Inner is null)
            Assert.Equal(RuntimeDiagnostics.InnerMapTemplate.Id, error!.Id);
    }
}
