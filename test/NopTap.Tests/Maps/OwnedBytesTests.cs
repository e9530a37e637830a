// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Tests.Runtime;

namespace NopTap.Tests.Maps;

/// <summary>The bytes of a lock: nobody sets them but who takes the lock, however bytes come into a value.</summary>
public sealed unsafe class OwnedBytesTests
{
    const string Count = """
        r6 = map[idx:0][0]
        r1 = r6
        call spin_lock
        r2 = *(u64 *)(r6 + 8)
        r2 += 1
        *(u64 *)(r6 + 8) = r2
        r1 = r6
        call spin_unlock
        r0 = *(u64 *)(r6 + 8)
        exit
        """;

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    static MapSpec Locked(MapType type) => new() { Name = "m", Type = type, KeySize = 4, ValueSize = 16, MaxEntries = 1, SpinLockOffset = 0 };

    static byte[] Ones { get; } = [.. Enumerable.Repeat((byte)1, 16)];

    static int LockOf(BpfMap map)
    {
        int key = 0;
        // SAFETY: the map lives as long as the caller's reference; a look-up returns a value of 16 bytes that begins with the lock.
        return *(int*)MapOperations.Lookup(map.Header, (byte*)&key, 0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void InitialBytesOfALockAreLeftOut(BpfEngine engine)
    {
        BpfObjectSpec spec = Written.Xdp(Count);
        spec = spec with
        {
            Maps = [Locked(MapType.Array) with { IsGlobalData = true, Name = ".data.g", InitialValue = [1, 0, 0, 0, 0, 0, 0, 0, 4] }],
            Programs = [spec.Programs[0] with { References = [new MapReference(0, 0, IsValue: true, 0)] }],
        };
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(spec);
        Assert.Equal(0, LockOf(loaded.Maps[0]));
        Assert.Equal(5u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
    }

    [Theory]
    [InlineData(MapType.Array)]
    [InlineData(MapType.Hash)]
    public void BytesOfTheHostLeaveTheLockAlone(MapType type)
    {
        using var runtime = new BpfRuntime();
        using BpfMap map = runtime.CreateMap(Locked(type));
        byte[] key = new byte[4];
        map.Update(key, Ones);
        Assert.Equal(0, LockOf(map));
        map.Update(key, Ones, MapUpdate.Locked);
        Assert.Equal(0, LockOf(map));
        map.UpdateBatch(key, Ones);
        Assert.Equal(0, LockOf(map));
        map.As<int, (ulong, ulong)>()[0] = (ulong.MaxValue, 1);
        Assert.Equal(0, LockOf(map));
        Assert.Equal(0, MemoryMarshal.Read<int>(map.Lookup(key)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void BytesOfAProgramLeaveTheLockAlone(BpfEngine engine)
    {
        foreach (MapType type in (MapType[])[MapType.Array, MapType.Hash])
        {
            BpfObjectSpec spec = Written.Xdp("*(u64 *)(r10 - 8) = 0\n*(u64 *)(r10 - 24) = -1\n*(u64 *)(r10 - 16) = -1\nr1 = map[idx:0]\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -24\nr4 = 0\ncall map_update_elem\nexit");
            spec = spec with { Maps = [Locked(type)], Programs = [spec.Programs[0] with { References = [new MapReference(3, 0, IsValue: false, 0)] }] };
            using BpfRuntime runtime = Loaded.NewRuntime(engine);
            using BpfObject loaded = runtime.Load(spec);
            for (int i = 0; i < 3; i++)
                Assert.Equal(0u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
            Assert.Equal(0, LockOf(loaded.Maps[0]));
        }
    }
}
