// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Maps;

/// <summary>Tries against the kernel's and against a plain list of prefixes.</summary>
public sealed unsafe class LpmTrieTests
{
    static MapSpec Spec(uint keySize, uint entries) => MapFixture.Spec(MapType.LpmTrie, keySize, 8, entries, MapFlags.NoPrealloc);

    static byte[] Key(uint bits, params byte[] bytes) => [.. BitConverter.GetBytes(bits), .. bytes];

    // Few bytes, near to each other, so that prefixes meet often.
    static byte[] RandomKey(Random random, uint keySize)
    {
        byte[] key = new byte[keySize];
        random.NextBytes(key);
        for (int i = 4; i < key.Length; i++)
            key[i] = (byte)(random.Next(4) == 0 ? key[i] : key[i] & 0x81);
        BitConverter.TryWriteBytes(key, random.Next((int)((keySize - 4) * 8) + 2));
        return key;
    }

    public static TheoryData<uint, uint, int> Shapes => new()
    {
        { 5, 40, 1 }, { 5, 4, 2 }, { 6, 100, 3 }, { 8, 60, 4 }, { 8, 1, 5 }, { 20, 200, 6 }, { 11, 30, 7 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void DoesWhatTheKernelDoes(uint keySize, uint entries, int seed)
    {
        if (KernelOracle.Unavailable is { } reason)
            Assert.Skip(reason);
        MapSpec spec = Spec(keySize, entries);
        using BpfMap map = MapFactory.Create(spec, 1);
        int kernel = KernelMaps.Create(spec);
        Assert.True(kernel >= 0);
        var random = new Random(seed);
        int found = 0;
        try
        {
            for (int step = 0; step < 4000; step++)
            {
                byte[] key = RandomKey(random, keySize);
                if (random.Next(3) == 0 && map.GetNextKey(key, key) && random.Next(2) == 0)
                    map.GetNextKey(key, key);
                byte[] value = BitConverter.GetBytes((ulong)step);
                byte[] theirs = new byte[8];
                switch (random.Next(5))
                {
                    case 0 or 1:
                        var mode = (MapUpdate)random.Next(4);
                        Errno ours = map.TryUpdate(key, value, mode, out Diagnostic? error) ? Errno.None : error!.Errno;
                        Assert.Equal(KernelMaps.Access(KernelMapOperation.Update, kernel, key, value, (ulong)mode), (int)ours);
                        break;
                    case 2:
                        Assert.Equal(KernelMaps.Access(KernelMapOperation.Delete, kernel, key, []), (int)Delete(map, key));
                        break;
                    default:
                        bool isThere = map.TryLookup(key, value);
                        Assert.Equal(KernelMaps.Access(KernelMapOperation.Lookup, kernel, key, theirs) == 0, isThere);
                        Assert.Equal(theirs, isThere ? value : theirs);
                        found += isThere ? 1 : 0;
                        break;
                }

                if (step % 50 == 0)
                    AssertSameOrder(map, kernel, (int)keySize);
            }
        }
        finally
        {
            KernelMaps.Close(kernel);
        }

        Assert.NotEqual(0, found);
    }

    static Errno Delete(BpfMap map, byte[] key)
    {
        try
        {
            return map.Delete(key) ? Errno.None : Errno.ENOENT;
        }
        catch (BpfOperationException refused)
        {
            return refused.Errno;
        }
    }

    static void AssertSameOrder(BpfMap map, int kernel, int keySize)
    {
        byte[] ours = [];
        byte[] theirs = [];
        while (true)
        {
            byte[] next = new byte[keySize];
            byte[] follows = new byte[keySize];
            bool isMore = map.GetNextKey(ours, next);
            Assert.Equal(KernelMaps.Access(KernelMapOperation.NextKey, kernel, theirs, follows) == 0, isMore);
            if (!isMore)
                return;
            Assert.Equal(follows, next);
            (ours, theirs) = (next, follows);
        }
    }

    [Fact]
    public void TheLongestPrefixWins()
    {
        using BpfMap map = MapFactory.Create(Spec(8, 4), 1);
        map.Update(Key(8, 10, 0, 0, 0), BitConverter.GetBytes(1L));
        map.Update(Key(16, 10, 1, 0, 0), BitConverter.GetBytes(2L));
        map.Update(Key(0, 0, 0, 0, 0), BitConverter.GetBytes(3L));
        Assert.Equal(2L, BitConverter.ToInt64(map.Lookup(Key(32, 10, 1, 2, 3))));
        Assert.Equal(1L, BitConverter.ToInt64(map.Lookup(Key(32, 10, 2, 2, 3))));
        Assert.Equal(3L, BitConverter.ToInt64(map.Lookup(Key(32, 11, 1, 2, 3))));
        Assert.Equal(3, map.Count);
        byte[] keys = new byte[8 * 8];
        var cursor = default(MapCursor);
        Assert.Equal(3, map.LookupBatch(ref cursor, keys, new byte[8 * 8]));
        Assert.Equal(16, keys[0]);
        Assert.Equal(0, map.LookupBatch(ref cursor, keys, new byte[8 * 8]));
        var long33 = Assert.Throws<BpfOperationException>(() => map.Update(Key(33, 0, 0, 0, 0), new byte[8]));
        Assert.Equal(RuntimeDiagnostics.MapPrefix.Id, long33.Diagnostic.Id);
        map.Update(Key(32, 1, 1, 1, 1), new byte[8]);
        var full = Assert.Throws<BpfOperationException>(() => map.Update(Key(31, 7, 1, 1, 1), new byte[8]));
        Assert.Equal(RuntimeDiagnostics.MapTrieFull.Id, full.Diagnostic.Id);
    }

    [Fact]
    public void ReadersFindWhatStaysWhileOthersComeAndGo()
    {
        using BpfMap map = MapFactory.Create(Spec(8, 64), 1);
        map.Update(Key(8, 10, 0, 0, 0), BitConverter.GetBytes(77L));
        bool stop = false;
        int changes = 0;
        var writer = new Thread(() =>
        {
            var random = new Random(1);
            while (!Volatile.Read(ref stop))
            {
                byte[] key = Key((uint)random.Next(9, 24), 10, (byte)random.Next(4), (byte)random.Next(4), 0);
                if (random.Next(2) == 0)
                    map.Delete(key);
                else
                    map.Update(key, BitConverter.GetBytes(77L));
                Volatile.Write(ref changes, changes + 1);
            }
        });
        writer.Start();
        byte[] wanted = Key(32, 10, 1, 1, 1);
        byte[] absent = Key(32, 11, 1, 1, 1);
        try
        {
            for (int looked = 0; looked < 2000 || Volatile.Read(ref changes) < 20_000; looked++)
            {
                fixed (byte* key = wanted, other = absent)
                {
                    byte* value = MapOperations.Lookup(map.Header, key, 0);
                    Assert.True(value != null);
                    Assert.True(MapOperations.Lookup(map.Header, other, 0) == null);
                }
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            writer.Join();
        }
    }

    // Adds one to the value of 10.1.0.0/16, removes 10.2.0.0/16, puts in 10.3.0.0/16.
    const string Program = """
        *(u32 *)(r10 - 16) = 32
        *(u32 *)(r10 - 12) = 0x0302010a
        r1 = map[idx:0]
        r2 = r10
        r2 += -16
        call map_lookup_elem
        if r0 == 0 goto miss
        r1 = *(u64 *)(r0 + 0)
        r1 += 1
        *(u64 *)(r0 + 0) = r1
        *(u32 *)(r10 - 16) = 16
        *(u32 *)(r10 - 12) = 0x0000020a
        r1 = map[idx:0]
        r2 = r10
        r2 += -16
        call map_delete_elem
        if r0 != 0 goto miss
        *(u64 *)(r10 - 8) = 9
        *(u32 *)(r10 - 12) = 0x0000030a
        r1 = map[idx:0]
        r2 = r10
        r2 += -16
        r3 = r10
        r3 += -8
        r4 = 1
        call map_update_elem
        if r0 != 0 goto miss
        r0 = 2
        exit
        miss:
        r0 = 1
        exit
        """;

    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void ProgramsUseIt(BpfEngine engine)
    {
        BpfObjectSpec spec = Runtime.Written.Xdp(Program);
        ImmutableArray<MapReference> references = [.. spec.Programs[0].Instructions.Select((instruction, slot) => (instruction, slot))
            .Where(entry => entry.instruction.IsWideLoad).Select(entry => new MapReference(entry.slot, 0, IsValue: false, 0))];
        spec = spec with { Maps = [Spec(8, 8) with { Name = "routes" }], Programs = [spec.Programs[0] with { References = references }] };
        using BpfRuntime runtime = Runtime.Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(spec);
        BpfMap routes = loaded.Maps["routes"];
        routes.Update(Key(16, 10, 1, 0, 0), BitConverter.GetBytes(5L));
        routes.Update(Key(16, 10, 2, 0, 0), BitConverter.GetBytes(6L));
        Assert.Equal(2u, loaded.Programs[0].Run(Runtime.Loaded.Packet).ReturnValue);
        Assert.Equal(6L, BitConverter.ToInt64(routes.Lookup(Key(32, 10, 1, 9, 9))));
        Assert.False(routes.TryLookup(Key(32, 10, 2, 9, 9), new byte[8]));
        Assert.Equal(9L, BitConverter.ToInt64(routes.Lookup(Key(32, 10, 3, 9, 9))));
    }

    [Theory]
    [InlineData(4, 8, 1, MapFlags.NoPrealloc)]
    [InlineData(5, 8, 1, MapFlags.NoPrealloc)]
    [InlineData(260, 8, 1, MapFlags.NoPrealloc)]
    [InlineData(261, 8, 1, MapFlags.NoPrealloc)]
    [InlineData(8, 0, 1, MapFlags.NoPrealloc)]
    [InlineData(8, 8, 0, MapFlags.NoPrealloc)]
    [InlineData(8, 8, 1, MapFlags.None)]
    [InlineData(8, 8, 1, MapFlags.NoPrealloc | MapFlags.ZeroSeed)]
    [InlineData(8, 8, 1, MapFlags.NoPrealloc | MapFlags.ReadOnlyForPrograms)]
    public void DefinitionsAreThoseOfTheKernel(uint key, uint value, uint entries, MapFlags flags)
    {
        if (KernelOracle.Unavailable is { } reason)
            Assert.Skip(reason);
        MapSpec spec = MapFixture.Spec(MapType.LpmTrie, key, value, entries, flags);
        bool made = MapFactory.TryCreate(spec, 1, out BpfMap? map, out Diagnostic? error);
        map?.Dispose();
        int kernel = KernelMaps.Create(spec);
        KernelMaps.Close(kernel);
        Assert.True(made == kernel >= 0, $"here {error?.ToString() ?? "made"}, in the kernel {kernel}");
    }
}
