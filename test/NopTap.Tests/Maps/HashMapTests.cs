// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

public class HashMapTests
{
    [Theory]
    [InlineData(false, MapUpdate.Any, Errno.None)]
    [InlineData(false, MapUpdate.NoExist, Errno.None)]
    [InlineData(false, MapUpdate.Exist, Errno.ENOENT)]
    [InlineData(true, MapUpdate.Any, Errno.None)]
    [InlineData(true, MapUpdate.NoExist, Errno.EEXIST)]
    [InlineData(true, MapUpdate.Exist, Errno.None)]
    [InlineData(true, (MapUpdate)4, Errno.EINVAL)]
    public void UpdatesWithTheKernelsErrors(bool exists, MapUpdate mode, Errno want)
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        if (exists)
            map.Update(5, 1);
        Assert.Equal(want, map.Update(5, 2, mode));
        Assert.Equal(want == Errno.None ? 2ul : exists ? 1 : null, map.Get(5));
    }

    [Theory]
    [InlineData(MapFlags.None)]
    [InlineData(MapFlags.NoPrealloc)]
    public void HoldsExactlyItsCapacityAndStillReplacesWhenFull(MapFlags flags)
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 5, flags: flags);
        for (uint i = 0; i < 5; i++)
            Assert.Equal(Errno.None, map.Update(i, i));
        Assert.Equal(Errno.E2BIG, map.Update(5, 5));
        for (uint round = 0; round < 1000; round++)
            Assert.Equal(Errno.None, map.Update(round % 5, round));
        Assert.Equal(5, map.Count);
        Assert.True(map.Delete(MapFixture.Bytes(0u)));
        Assert.Equal(Errno.None, map.Update(5, 5));
        Assert.Equal(Errno.E2BIG, map.Update(0, 0));
    }

    [Fact]
    public void ExplainsItsErrors()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 1);
        map.Update(0, 0);
        Assert.False(map.TryUpdate(new byte[4], new byte[8], MapUpdate.NoExist, out Diagnostic? exists));
        Assert.Equal(RuntimeDiagnostics.MapKeyExists.Id, exists!.Id);
        Assert.False(map.TryUpdate([1, 0, 0, 0], new byte[8], MapUpdate.Any, out Diagnostic? full));
        Assert.Equal(RuntimeDiagnostics.MapFull.Id, full!.Id);
        var missing = Assert.Throws<BpfOperationException>(() => map.Lookup([1, 0, 0, 0]));
        Assert.Equal(RuntimeDiagnostics.MapKeyMissing.Id, missing.Diagnostic.Id);
    }

    [Fact]
    public void DeletesOnce()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        map.Update(1, 2);
        Assert.True(map.Delete(MapFixture.Bytes(1u)));
        Assert.False(map.Delete(MapFixture.Bytes(1u)));
        Assert.Null(map.Get(1));
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void GivesTheValueThatItDeletes()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        map.Update(1, 99);
        byte[] value = new byte[8];
        Assert.True(map.LookupAndDelete(MapFixture.Bytes(1u), value));
        Assert.Equal(99, BitConverter.ToInt64(value));
        Assert.False(map.LookupAndDelete(MapFixture.Bytes(1u), value));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    [InlineData(4u)]
    [InlineData(8u)]
    [InlineData(13u)]
    [InlineData(16u)]
    [InlineData(40u)]
    public void FindsKeysOfAnyWidth(uint width)
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, key: width, entries: 200);
        var random = new Random(7);
        var want = new Dictionary<string, long>();
        for (int i = 0; i < 600; i++)
        {
            byte[] key = new byte[width];
            random.NextBytes(key.AsSpan(0, Math.Min(2, (int)width)));
            key[^1] ^= (byte)i;
            string text = Convert.ToHexString(key);
            if (random.Next(3) == 0)
            {
                Assert.Equal(want.Remove(text), map.Delete(key));
            }
            else if (want.Count < 200 || want.ContainsKey(text))
            {
                map.Update(key, MapFixture.Bytes((long)i));
                want[text] = i;
            }
        }

        Assert.Equal(want.Count, map.Count);
        Assert.All(want, pair => Assert.Equal(pair.Value, BitConverter.ToInt64(map.Lookup(Convert.FromHexString(pair.Key)))));
    }

    [Fact]
    public void WalksEveryKeyOnce()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 100);
        for (uint i = 0; i < 100; i++)
            map.Update(i * 7, i);
        var seen = new HashSet<uint>();
        byte[] key = [];
        byte[] next = new byte[4];
        while (map.GetNextKey(key, next))
        {
            Assert.True(seen.Add(BitConverter.ToUInt32(next)));
            key = next;
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (uint)i * 7).ToHashSet(), seen);
    }

    [Fact]
    public void BeginsAnewFromAKeyThatIsGone()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        map.Update(1, 1);
        byte[] next = new byte[4];
        Assert.True(map.GetNextKey(MapFixture.Bytes(77u), next));
        Assert.Equal(MapFixture.Bytes(1u), next);
    }

    [Fact]
    public unsafe void ShowsNoOldNumbersUnderANewKeyOfAPerProcessorHash()
    {
        using BpfMap map = MapFixture.Create(MapType.PercpuHash, entries: 1);
        uint key = 1;
        ulong value = 5;
        for (uint p = 0; p < 2; p++)
            Assert.Equal(Errno.None, MapOperations.Update(map.Header, (byte*)&key, (byte*)&value, 0, p));
        byte[] first = new byte[16];
        Assert.True(map.TryLookup([1, 0, 0, 0], first));
        Assert.Equal(value, BitConverter.ToUInt64(first));
        Assert.Equal(value, BitConverter.ToUInt64(first, 8));
        map.Delete([1, 0, 0, 0]);
        key = 2;
        Assert.Equal(Errno.None, MapOperations.Update(map.Header, (byte*)&key, (byte*)&value, 0, 0));
        byte[] all = map.Lookup([2, 0, 0, 0]);
        Assert.Equal(5, BitConverter.ToInt64(all));
        Assert.All(all.Skip(8), b => Assert.Equal(0, b));
    }

    [Fact]
    public unsafe void ConfinesAccessesToTheValueOfAnElement()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        map.Update(1, 1);
        uint key = 1;
        ulong value = (ulong)MapOperations.Lookup(map.Header, (byte*)&key, 0);
        Assert.True(map.TryFindRegion(value, 8, isWrite: true));
        Assert.False(map.TryFindRegion(value + 1, 8, isWrite: true));
        Assert.False(map.TryFindRegion(value - 1, 1, isWrite: false));
    }

    [Fact]
    public unsafe void FollowsTheDocumentedLayout()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, key: 12, entries: 64, flags: MapFlags.ZeroSeed);
        byte[] key = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        map.Update(key, MapFixture.Bytes(0x1122334455667788ul));
        ulong h = map.Header->HashSeed;
        foreach (ulong word in (ulong[])[0x0807060504030201, 0x0c0b0a09])
        {
            h = (h ^ word) * 0x9E3779B97F4A7C15;
            h ^= h >> 32;
        }

        int link = *(int*)((byte*)map.Header->Buckets + (8 * ((uint)h & map.Header->BucketMask)));
        Assert.True(link > 0);
        byte* element = map.Header->Values + ((ulong)link * map.Header->ElementStride);
        Assert.Equal((uint)h, *(uint*)(element + 4));
        Assert.Equal(key, new ReadOnlySpan<byte>(element + 8, 12).ToArray());
        Assert.Equal(0x1122334455667788ul, *(ulong*)(element + map.Header->ElementValueOffset));
        Assert.Equal((int)(0x80000000 | ((uint)h & map.Header->BucketMask)), *(int*)element);
    }
}
