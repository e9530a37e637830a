// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

public class ArrayMapTests
{
    [Fact]
    public void HoldsZeroUnderEveryIndexFromTheStart()
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        Assert.Equal(4, map.Count);
        Assert.Equal(0ul, map.Get(3));
        Assert.Null(map.Get(4));
    }

    [Theory]
    [InlineData(0u, MapUpdate.Any, Errno.None)]
    [InlineData(3u, MapUpdate.Exist, Errno.None)]
    [InlineData(3u, MapUpdate.NoExist, Errno.EEXIST)]
    [InlineData(4u, MapUpdate.Any, Errno.E2BIG)]
    [InlineData(4u, MapUpdate.NoExist, Errno.E2BIG)]
    [InlineData(0u, (MapUpdate)3, Errno.EINVAL)]
    public void UpdatesWithTheKernelsErrors(uint index, MapUpdate mode, Errno want)
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        Assert.Equal(want, map.Update(index, 42, mode));
        Assert.Equal(want == Errno.None ? 42ul : index < 4 ? 0 : null, map.Get(index));
    }

    [Fact]
    public void NamesTheIndexBeyondTheEnd()
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        var error = Assert.Throws<BpfOperationException>(() => map.Update(MapFixture.Bytes(9u), new byte[8]));
        Assert.Equal(RuntimeDiagnostics.MapIndexBeyondEnd.Id, error.Diagnostic.Id);
        Assert.Contains("index 9 of an array of 4", error.Message);
    }

    [Fact]
    public void RefusesToDelete()
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        var error = Assert.Throws<BpfOperationException>(() => map.Delete(MapFixture.Bytes(0u)));
        Assert.Equal(RuntimeDiagnostics.MapDeleteFromArray.Id, error.Diagnostic.Id);
        Assert.Equal(Errno.EINVAL, error.Errno);
    }

    [Fact]
    public void RefusesUnknownUpdateFlags()
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        var error = Assert.Throws<BpfOperationException>(() => map.Update(new byte[4], new byte[8], (MapUpdate)8));
        Assert.Equal(RuntimeDiagnostics.MapUpdateFlags.Id, error.Diagnostic.Id);
    }

    [Fact]
    public void WalksIndexesInOrderAndBeginsAnewFromAKeyBeyondTheEnd()
    {
        using BpfMap map = MapFixture.Create(MapType.Array, entries: 2);
        byte[] next = new byte[4];
        Assert.True(map.GetNextKey([], next));
        Assert.Equal(MapFixture.Bytes(0u), next);
        Assert.True(map.GetNextKey(next, next));
        Assert.Equal(MapFixture.Bytes(1u), next);
        Assert.False(map.GetNextKey(next, next));
        Assert.True(map.GetNextKey(MapFixture.Bytes(7u), next));
        Assert.Equal(MapFixture.Bytes(0u), next);
    }

    [Fact]
    public void RefusesWritesOnceFrozen()
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        map.Freeze();
        Assert.Equal(Errno.EPERM, map.Update(0, 1));
        var again = Assert.Throws<BpfOperationException>(map.Freeze);
        Assert.Equal(RuntimeDiagnostics.MapAlreadyFrozen.Id, again.Diagnostic.Id);
        Assert.False(map.TryUpdate(new byte[4], new byte[8], MapUpdate.Any, out Diagnostic? error));
        Assert.Equal(RuntimeDiagnostics.MapFrozen.Id, error!.Id);
    }

    [Theory]
    [InlineData(MapFlags.ReadOnly)]
    [InlineData(MapFlags.WriteOnly)]
    public void KeepsTheHostToItsFlags(MapFlags flags)
    {
        using BpfMap map = MapFixture.Create(MapType.Array, flags: flags);
        bool readOnly = flags == MapFlags.ReadOnly;
        Assert.Equal(readOnly ? Errno.EPERM : Errno.None, map.Update(0, 1));
        if (readOnly)
        {
            Assert.Equal(0ul, map.Get(0));
            return;
        }

        var error = Assert.Throws<BpfOperationException>(() => map.Get(0));
        Assert.Equal(RuntimeDiagnostics.MapAccessDenied.Id, error.Diagnostic.Id);
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(4, 7)]
    [InlineData(5, 8)]
    public void RefusesSpansOfTheWrongLength(int key, int value)
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[key], new byte[value]));
        Assert.Throws<ArgumentException>(() => map.Update(new byte[key], new byte[value]));
    }

    [Fact]
    public void RefusesUseAfterDispose()
    {
        BpfMap map = MapFixture.Create(MapType.Array);
        map.Dispose();
        map.Dispose();
        Assert.True(map.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => map.Get(0));
    }

    [Fact]
    public unsafe void KeepsItsMemoryForAProgramThatUsesIt()
    {
        BpfMap map = MapFixture.Create(MapType.Array);
        map.Update(1, 7);
        map.RetainForProgram();
        map.Dispose();
        uint index = 1;
        Assert.Equal(7ul, *(ulong*)MapOperations.Lookup(map.Header, (byte*)&index, 0));
        map.ReleaseProgram();
    }

    [Theory]
    [InlineData(0, 8, true)]
    [InlineData(4, 4, true)]
    [InlineData(4, 8, false)]
    [InlineData(24, 8, true)]
    [InlineData(32, 1, false)]
    [InlineData(-1, 1, false)]
    public void ConfinesAccessesToOneValue(int offset, ulong size, bool want)
    {
        using BpfMap map = MapFixture.Create(MapType.Array);
        Assert.Equal(want, map.TryFindRegion((ulong)(map.ValuesAddress + offset), size, isWrite: true));
    }

    [Fact]
    public void ConfinesAccessesToWhatTheFlagsAllowPrograms()
    {
        using BpfMap map = MapFixture.Create(MapType.Array, flags: MapFlags.ReadOnlyForPrograms);
        Assert.True(map.TryFindRegion((ulong)map.ValuesAddress, 8, isWrite: false));
        Assert.False(map.TryFindRegion((ulong)map.ValuesAddress, 8, isWrite: true));
    }

    [Fact]
    public unsafe void GivesEachProcessorItsOwnValue()
    {
        using BpfMap map = MapFixture.Create(MapType.PercpuArray, value: 4);
        uint index = 2;
        for (uint p = 0; p < 4; p++)
            *(uint*)MapOperations.Lookup(map.Header, (byte*)&index, p) = p + 10;
        byte[] all = new byte[4 * 8];
        Assert.True(map.TryLookup(MapFixture.Bytes(index), all));
        Assert.Equal([10, 11, 12, 13], Enumerable.Range(0, 4).Select(p => BitConverter.ToInt32(all, p * 8)));
        Assert.Equal(BpfMap.PossibleProcessors * 8, map.HostValueSize);
        Assert.True(map.TryFindRegion((ulong)MapOperations.Lookup(map.Header, (byte*)&index, 1023), 4, isWrite: true));
    }
}
