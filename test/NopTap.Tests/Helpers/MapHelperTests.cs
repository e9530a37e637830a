// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Maps;
using NopTap.Tests.Maps;

namespace NopTap.Tests.Helpers;

public unsafe class MapHelperTests
{
    [Theory]
    [InlineData(MapType.Array)]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.PercpuArray)]
    [InlineData(MapType.PercpuHash)]
    public void UpdatesLooksUpAndDeletes(MapType type)
    {
        using var bench = new HelperBench();
        using BpfMap map = MapFixture.Create(type);
        bench.Thread->Processor = 1;
        ulong key = 2, value = 77, header = (ulong)map.Header;
        Assert.Equal(0ul, bench.Call(HelperId.MapUpdateElem, header, (ulong)&key, (ulong)&value));
        ulong found = bench.Call(HelperId.MapLookupElem, header, (ulong)&key);
        Assert.Equal(77ul, *(ulong*)found);
        bool isArray = type is MapType.Array or MapType.PercpuArray;
        Assert.Equal(isArray ? (int)Errno.EINVAL : 0, HelperBench.ErrorOf(bench.Call(HelperId.MapDeleteElem, header, (ulong)&key)));
        Assert.Equal(isArray, bench.Call(HelperId.MapLookupElem, header, (ulong)&key) != 0);
        key = 99;
        Assert.Equal(0ul, bench.Call(HelperId.MapLookupElem, header, (ulong)&key));
        int want = isArray ? (int)Errno.E2BIG : (int)Errno.ENOENT;
        Assert.Equal(want, HelperBench.ErrorOf(bench.Call(HelperId.MapUpdateElem, header, (ulong)&key, (ulong)&value, (ulong)MapUpdate.Exist)));
    }

    [Fact]
    public void LetsProgramsWriteAFrozenMapButNotAReadOnlyOne()
    {
        using var bench = new HelperBench();
        using BpfMap frozen = MapFixture.Create(MapType.Hash);
        using BpfMap readOnly = MapFixture.Create(MapType.Hash, flags: MapFlags.ReadOnlyForPrograms);
        frozen.Freeze();
        ulong key = 1, value = 2;
        Assert.Equal(0ul, bench.Call(HelperId.MapUpdateElem, (ulong)frozen.Header, (ulong)&key, (ulong)&value));
        Assert.Equal(
            (int)Errno.EACCES, HelperBench.ErrorOf(bench.Call(HelperId.MapUpdateElem, (ulong)readOnly.Header, (ulong)&key, (ulong)&value)));
        Assert.Equal((int)Errno.EACCES, HelperBench.ErrorOf(bench.Call(HelperId.MapDeleteElem, (ulong)readOnly.Header, (ulong)&key)));
    }

    [Fact]
    public void HasNoValuesInOtherKindsOfMaps()
    {
        using var bench = new HelperBench();
        using BpfMap programs = MapFixture.Create(MapType.ProgArray, value: 4);
        ulong key = 0;
        Assert.Equal(0ul, bench.Call(HelperId.MapLookupElem, (ulong)programs.Header, (ulong)&key));
        Assert.Equal((int)Errno.EOPNOTSUPP, HelperBench.ErrorOf(bench.Call(HelperId.MapUpdateElem, (ulong)programs.Header, (ulong)&key, (ulong)&key)));
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.ForEachMapElem, (ulong)programs.Header)));
    }

    [Theory]
    [InlineData(MapType.Array)]
    [InlineData(MapType.Hash)]
    public void CallsBackForEachElementUntilToldToStop(MapType type)
    {
        using var bench = new HelperBench();
        using BpfMap map = MapFixture.Create(type, entries: 8);
        for (uint i = 0; i < 8; i++)
            map.Update(i, i + 100);
        ulong* sums = stackalloc ulong[3];
        sums[2] = 8;
        delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong> callback = &AddUp;
        Assert.Equal(8ul, bench.Call(HelperId.ForEachMapElem, (ulong)map.Header, (ulong)callback, (ulong)sums));
        Assert.Equal((28ul, 828ul), (sums[0], sums[1]));
        sums[2] = 3;
        Assert.Equal(3ul, bench.Call(HelperId.ForEachMapElem, (ulong)map.Header, (ulong)callback, (ulong)sums));
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.ForEachMapElem, (ulong)map.Header, (ulong)callback, 0, r4: 1)));
    }

    [Fact]
    public void LetsTheCallbackDeleteWhatItVisits()
    {
        using var bench = new HelperBench();
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 100);
        for (uint i = 0; i < 100; i++)
            map.Update(i, i);
        delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong> callback = &DeleteIt;
        Assert.Equal(100ul, bench.Call(HelperId.ForEachMapElem, (ulong)map.Header, (ulong)callback));
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void WritesARing()
    {
        using var bench = new HelperBench();
        using BpfRingBuffer ring = RingFixture.Create();
        ulong header = (ulong)ring.Header;
        ulong record = bench.Call(HelperId.RingbufReserve, header, 8);
        *(ulong*)record = 5;
        bench.Call(HelperId.RingbufSubmit, record);
        bench.Call(HelperId.RingbufDiscard, bench.Call(HelperId.RingbufReserve, header, 8));
        ulong data = 6;
        Assert.Equal(0ul, bench.Call(HelperId.RingbufOutput, header, (ulong)&data, 8));
        Assert.Equal(48ul, bench.Call(HelperId.RingbufQuery, header, (ulong)RingStatistic.AvailableData));
        Assert.Equal(0ul, bench.Call(HelperId.RingbufReserve, header, 8, 1));
        Assert.Equal(5, ring.TryRead()![0]);
        Assert.Equal(6, ring.TryRead()![0]);
        Assert.Null(ring.TryRead());
        Assert.True(ring.TryFindRegion(record, 8, isWrite: true));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong AddUp(ulong map, ulong key, ulong value, ulong context, ulong r5, ThreadBlock* thread)
    {
        var sums = (ulong*)context;
        sums[0] += *(uint*)key;
        sums[1] += *(ulong*)value;
        return --sums[2] == 0 ? 1ul : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong DeleteIt(ulong map, ulong key, ulong value, ulong context, ulong r5, ThreadBlock* thread)
    {
        _ = MapOperations.Delete((MapHeader*)map, (byte*)key);
        return 0;
    }
}
