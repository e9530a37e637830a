// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

public class MapDefinitionTests
{
    public static TheoryData<string, MapType, uint, uint, uint, uint, string> Refused => new()
    {
        { "unknown kind", MapType.Queue, 0, 4, 1, 0, RuntimeDiagnostics.MapUnsupportedType.Id },
        { "array key", MapType.Array, 8, 4, 1, 0, RuntimeDiagnostics.MapKeySize.Id },
        { "array value", MapType.Array, 4, 0, 1, 0, RuntimeDiagnostics.MapValueSize.Id },
        { "array capacity", MapType.Array, 4, 4, 0, 0, RuntimeDiagnostics.MapCapacity.Id },
        { "array prealloc", MapType.Array, 4, 4, 1, 1, RuntimeDiagnostics.MapFlags.Id },
        { "array value limit", MapType.Array, 4, 0x80000000, 1, 0, RuntimeDiagnostics.MapTooLarge.Id },
        { "both program flags", MapType.Array, 4, 4, 1, 0x180, RuntimeDiagnostics.MapFlags.Id },
        { "both host flags", MapType.Array, 4, 4, 1, 0x18, RuntimeDiagnostics.MapFlags.Id },
        { "per-cpu mmapable", MapType.PercpuArray, 4, 4, 1, 1 << 10, RuntimeDiagnostics.MapFlags.Id },
        { "per-cpu value", MapType.PercpuArray, 4, 32769, 1, 0, RuntimeDiagnostics.MapTooLarge.Id },
        { "hash key", MapType.Hash, 0, 4, 1, 0, RuntimeDiagnostics.MapKeySize.Id },
        { "hash value", MapType.Hash, 4, 0, 1, 0, RuntimeDiagnostics.MapValueSize.Id },
        { "hash capacity", MapType.Hash, 4, 4, 0, 0, RuntimeDiagnostics.MapCapacity.Id },
        { "hash element", MapType.Hash, 4, 4 << 20, 1, 0, RuntimeDiagnostics.MapTooLarge.Id },
        { "hash entries", MapType.Hash, 4, 4, 0x80000001, 0, RuntimeDiagnostics.MapTooLarge.Id },
        { "hash common lru", MapType.Hash, 4, 4, 1, 2, RuntimeDiagnostics.MapFlags.Id },
        { "per-cpu hash value", MapType.PercpuHash, 4, 32769, 1, 0, RuntimeDiagnostics.MapTooLarge.Id },
        { "prog array key", MapType.ProgArray, 8, 4, 1, 0, RuntimeDiagnostics.MapKeySize.Id },
        { "prog array value", MapType.ProgArray, 4, 8, 1, 0, RuntimeDiagnostics.MapValueSize.Id },
        { "prog array capacity", MapType.ProgArray, 4, 4, 0, 0, RuntimeDiagnostics.MapCapacity.Id },
        { "prog array read-only", MapType.ProgArray, 4, 4, 1, 0x80, RuntimeDiagnostics.MapFlags.Id },
        { "ring key", MapType.Ringbuf, 4, 0, 4096, 0, RuntimeDiagnostics.MapKeySize.Id },
        { "ring value", MapType.Ringbuf, 0, 4, 4096, 0, RuntimeDiagnostics.MapValueSize.Id },
        { "ring no power", MapType.Ringbuf, 0, 0, 12288, 0, RuntimeDiagnostics.MapCapacity.Id },
        { "ring below a page", MapType.Ringbuf, 0, 0, 2048, 0, RuntimeDiagnostics.MapCapacity.Id },
        { "ring of nothing", MapType.Ringbuf, 0, 0, 0, 0, RuntimeDiagnostics.MapCapacity.Id },
        { "ring flags", MapType.Ringbuf, 0, 0, 4096, 1, RuntimeDiagnostics.MapFlags.Id },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void RefusesWhatTheKernelRefuses(string what, MapType type, uint key, uint value, uint entries, uint flags, string id)
    {
        var spec = new MapSpec { Name = "m", Type = type, KeySize = key, ValueSize = value, MaxEntries = entries, Flags = flags };
        Assert.False(MapFactory.TryCreate(spec, 1, out BpfMap? map, out Diagnostic? error), what);
        Assert.Null(map);
        Assert.Equal(id, error!.Id);
        Assert.Equal("m", error.Place.Map);
        Assert.NotEmpty(error.Hint);
        Assert.Equal(id == RuntimeDiagnostics.MapTooLarge.Id ? Errno.E2BIG : Errno.EINVAL, error.Errno);
    }

    [Fact]
    public void RefusesNamesThatTheKernelRefuses()
    {
        var spec = MapFixture.Spec(MapType.Array) with { Name = "a b" };
        var error = Assert.Throws<BpfOperationException>(() => MapFactory.Create(spec, 1));
        Assert.Equal(RuntimeDiagnostics.MapName.Id, error.Diagnostic.Id);
        using BpfMap data = MapFactory.Create(spec with { IsGlobalData = true }, 1);
        Assert.Equal("a b", data.Name);
    }

    [Fact]
    public void ReportsMemoryThatTheSystemRefuses()
    {
        MapSpec spec = MapFixture.Spec(MapType.Array, value: 0x7000_0000, entries: uint.MaxValue);
        Assert.False(MapFactory.TryCreate(spec, 1, out _, out Diagnostic? error));
        Assert.Equal(RuntimeDiagnostics.MemoryRefused.Id, error!.Id);
        Assert.Equal(Errno.ENOMEM, error.Errno);
    }

    [Fact]
    public void RefusesInitialContentLongerThanTheValue()
    {
        MapSpec spec = MapFixture.Spec(MapType.Array, value: 4, entries: 1) with { InitialValue = [1, 2, 3, 4, 5] };
        Assert.False(MapFactory.TryCreate(spec, 1, out _, out Diagnostic? error));
        Assert.Equal(RuntimeDiagnostics.MapInitialValue.Id, error!.Id);
    }

    [Fact]
    public void ReservesALargePerProcessorMapWithoutTouchingIt()
    {
        using BpfMap map = MapFixture.Create(MapType.PercpuHash, key: 8, value: 256, entries: 100_000);
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void LoadsReadOnlyDataFrozen()
    {
        MapSpec spec = MapFixture.Spec(MapType.Array, value: 4, entries: 1, flags: MapFlags.ReadOnlyForPrograms) with
        {
            IsReadOnlyData = true,
            IsGlobalData = true,
            InitialValue = [1, 2, 3],
        };
        using BpfMap map = MapFactory.Create(spec, 1);
        Assert.True(map.IsFrozen);
        Assert.Equal([1, 2, 3, 0], map.Lookup([0, 0, 0, 0]));
        Assert.NotEqual(0, map.ValuesAddress);
    }

    [Fact]
    public void TellsWhatTheKernelTells()
    {
        MapSpec spec = MapFixture.Spec(MapType.Hash, flags: MapFlags.NoPrealloc) with { Name = "firewall_counters", KeyTypeId = 3, ValueTypeId = 4 };
        using BpfMap map = MapFactory.Create(spec, 77);
        MapInfo info = map.Info;
        Assert.Equal(
            new MapInfo(MapType.Hash, 77, 4, 8, 4, MapFlags.NoPrealloc, "firewall_counte", 3, 4, 0, false), info);
        Assert.Equal("firewall_counters", map.Name);
    }
}
