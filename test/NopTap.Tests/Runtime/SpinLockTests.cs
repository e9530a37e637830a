// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;

namespace NopTap.Tests.Runtime;

/// <summary>Spin locks in map values: programs on several threads and a host that reads and writes under the same locks.</summary>
public sealed class SpinLockTests
{
    const int Threads = 3;
    const int Rounds = 20_000;

    // ROUNDS of locks.bpf.c
    const uint Moves = 64;

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    // struct pair of locks.bpf.c
    [StructLayout(LayoutKind.Sequential)]
    readonly record struct Pair(ulong Taken, uint Lock, uint Rounds, long A, long B);

    [Theory]
    [MemberData(nameof(Engines))]
    public void KeepsProgramsApartAndReadersFromTornPairs(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("locks");
        BpfProgram count = loaded.Programs["count"];
        BpfProgram flow = loaded.Programs["count_flow"];
        BpfMap<uint, Pair> pairs = loaded.Maps["pairs"].As<uint, Pair>();
        BpfMap<ulong, Pair> flows = loaded.Maps["flows"].As<ulong, Pair>();
        int rounds = engine == BpfEngine.Compiler ? Rounds : Rounds / 10;
        int running = Threads;
        Thread[] writers = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                count.Run(Loaded.Packet);
                flow.Run(Loaded.Packet);
            }

            Interlocked.Decrement(ref running);
        }))];
        foreach (Thread writer in writers)
            writer.Start();
        ulong key = (ulong)Loaded.Packet.Length;
        int read = 0;
        try
        {
            while (Volatile.Read(ref running) > 0)
            {
                Assert.True(pairs.TryGetValue(0, out Pair pair, MapLookup.Locked));
                AssertWhole(pair);
                if (flows.TryGetValue(key, out pair, MapLookup.Locked))
                    AssertWhole(pair);
                read++;
            }
        }
        finally
        {
            foreach (Thread writer in writers)
                writer.Join();
        }

        Assert.NotEqual(0, read);
        Pair want = After((ulong)(Threads * rounds));
        Assert.Equal(want, pairs[0]);
        Assert.Equal(want, flows[key]);
    }

    static void AssertWhole(in Pair pair) => Assert.Equal(After(pair.Taken), pair);

    static Pair After(ulong taken)
    {
        long moves = (long)taken * Moves;
        return new Pair(taken, 0, (uint)moves, 3 * moves, -3 * moves);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void WritesUnderTheLockAreWhole(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("locks");
        BpfProgram replace = loaded.Programs["replace"];
        BpfMap<uint, Pair> pairs = loaded.Maps["pairs"].As<uint, Pair>();
        bool stop = false;
        var zeroer = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
                Assert.Equal(2u, replace.Run(Loaded.Packet).ReturnValue);
        });
        zeroer.Start();
        try
        {
            for (int i = 1; i < 20_000; i++)
            {
                pairs.Update(0, After((ulong)i) with { Lock = 0xdead }, MapUpdate.Exist | MapUpdate.Locked);
                Assert.True(pairs.TryGetValue(0, out Pair pair, MapLookup.Locked));
                AssertWhole(pair);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            zeroer.Join();
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void LocksGlobalData(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("locks");
        Assert.True(loaded.Maps[".data.guarded"].HasLock);
        BpfProgram both = loaded.Programs["count_both"];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 2000; i++)
                both.Run(Loaded.Packet);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal((Threads * 2000L, Threads * 4000L), (loaded.Global("both"), loaded.Global("both", 1)));
    }

    // A fault ends an interpreted run where it stands: the lock must not stay with it.
    [Fact]
    public void ARunThatIsEndedGivesItsLockBack()
    {
        BpfObjectSpec spec = Written.Xdp("""
            *(u32 *)(r10 - 4) = 0
            r2 = r10
            r2 += -4
            r1 = map[idx:0]
            call map_lookup_elem
            r6 = r0
            r1 = r6
            call spin_lock
            r2 = 0
            again:
            r2 += 1
            r3 = *(u64 *)(r6 + 8)
            if r2 < 1000 goto again
            r1 = r6
            call spin_unlock
            r0 = 2
            exit
            """);
        spec = spec with
        {
            Maps = [new() { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, SpinLockOffset = 0 }],
            Programs = [spec.Programs[0] with { References = [new MapReference(3, 0, IsValue: false, 0)] }],
        };
        using BpfRuntime runtime = Loaded.NewRuntime(BpfEngine.Interpreter);
        using BpfObject loaded = runtime.Load(spec);
        loaded.Programs[0].Image!.Interpreter!.Observer = new EndAfter(500);
        Assert.Throws<InvalidOperationException>(() => loaded.Programs[0].Run(Loaded.Packet));
        Assert.True(loaded.Maps["m"].TryLookup(new byte[4], new byte[16], MapLookup.Locked));
    }

    sealed class EndAfter(int steps) : IStepObserver
    {
        int _left = steps;

        public void Before(in StepView step)
        {
            if (_left-- == 0)
                throw new InvalidOperationException("ended");
        }
    }

    [Fact]
    public void FunctionsUnderALockTakeNoObservers()
    {
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.LoadCorpus("locks");
        NamedCollection<BpfFunction> functions = loaded.Programs["count"].Functions;
        var refused = Assert.Throws<BpfOperationException>(() => functions["move"].AttachEntry((in ProbeEvent _) => { }));
        Assert.Equal(RuntimeDiagnostics.FunctionUnderLock.Id, refused.Diagnostic.Id);
        Assert.Throws<BpfOperationException>(() => functions["move"].AttachExit((in ProbeEvent _) => { }));
        int calls = 0;
        using (functions["change"].AttachExit((in ProbeEvent _) => calls++))
            loaded.Programs["count"].Run(Loaded.Packet);
        Assert.Equal(1, calls);
    }

    [Fact]
    public void TheLockIsNoPartOfTheValue()
    {
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.LoadCorpus("locks");
        foreach (BpfMap map in (BpfMap[])[loaded.Maps["pairs"], loaded.Maps["flows"]])
        {
            byte[] key = new byte[map.KeySize];
            byte[] value = [.. Enumerable.Repeat((byte)0xff, 32)];
            map.Update(key, value);
            Array.Clear(value, 8, 4);
            Assert.Equal(value, map.Lookup(key));
            map.Update(key, value, MapUpdate.Locked);
            Assert.True(map.TryLookup(key, new byte[32], MapLookup.Locked));
        }
    }

    [Theory]
    [InlineData(MapType.Array)]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PercpuArray)]
    public void MapsWithoutLocksRefuseTheFlag(MapType type)
    {
        using BpfMap map = Maps.MapFixture.Create(type);
        byte[] value = new byte[map.HostValueSize];
        var error = Assert.Throws<BpfOperationException>(() => map.Update(new byte[4], value, MapUpdate.Locked));
        Assert.Equal(RuntimeDiagnostics.MapHasNoLock.Id, error.Diagnostic.Id);
        Assert.Equal(Errno.EINVAL, error.Errno);
        error = Assert.Throws<BpfOperationException>(() => map.TryLookup(new byte[4], value, MapLookup.Locked));
        Assert.Equal(RuntimeDiagnostics.MapHasNoLock.Id, error.Diagnostic.Id);
        error = Assert.Throws<BpfOperationException>(() => map.Update(new byte[4], value, (MapUpdate)8));
        Assert.Equal(RuntimeDiagnostics.MapUpdateFlags.Id, error.Diagnostic.Id);
        error = Assert.Throws<BpfOperationException>(() => map.Update(new byte[4], value, MapUpdate.NoExist | MapUpdate.Exist));
        Assert.Equal(RuntimeDiagnostics.MapUpdateFlags.Id, error.Diagnostic.Id);
    }

    [Theory]
    [InlineData(MapType.Array, 6, MapFlags.None)]
    [InlineData(MapType.Array, 8, MapFlags.None)]
    [InlineData(MapType.Array, -4, MapFlags.None)]
    [InlineData(MapType.PercpuArray, 0, MapFlags.None)]
    [InlineData(MapType.Hash, 0, MapFlags.ReadOnlyForPrograms)]
    public void DefinitionsPutTheLockIntoTheValue(MapType type, int offset, MapFlags flags)
    {
        MapSpec spec = Maps.MapFixture.Spec(type, flags: flags) with { SpinLockOffset = offset };
        var error = Assert.Throws<BpfOperationException>(() => MapFactory.Create(spec, 1));
        Assert.Equal(RuntimeDiagnostics.MapSpinLock.Id, error.Diagnostic.Id);
    }
}
