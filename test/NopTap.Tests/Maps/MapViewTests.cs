// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

public class MapViewTests
{
    readonly record struct Pair(int Left, int Right);

    [Theory]
    [InlineData(MapType.Array)]
    [InlineData(MapType.Hash)]
    public void ReadsAndWritesTypedEntries(MapType type)
    {
        using BpfMap map = MapFixture.Create(type);
        BpfMap<uint, Pair> view = map.As<uint, Pair>();
        view[2] = new Pair(3, 4);
        Assert.Equal(new Pair(3, 4), view[2]);
        Assert.True(view.TryUpdate(2, new Pair(5, 6), MapUpdate.Exist, out Diagnostic? error), error?.ToString());
        Assert.True(view.TryGetValue(2, out Pair value));
        Assert.Equal(new Pair(5, 6), value);
        Assert.False(view.ContainsKey(99));
        Assert.Throws<KeyNotFoundException>(() => view[99]);
    }

    [Fact]
    public void RefusesTypesThatDoNotFit()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        using BpfMap processors = MapFixture.Create(MapType.PercpuArray);
        foreach (Action make in (Action[])[
            () => map.As<ulong, Pair>(), () => map.As<uint, int>(), () => map.AsPerProcessor<uint, Pair>(), () => processors.As<uint, ulong>()])
        {
            var error = Assert.Throws<BpfOperationException>(make);
            Assert.Equal(RuntimeDiagnostics.MapTypedView.Id, error.Diagnostic.Id);
        }
    }

    [Theory]
    [InlineData(MapType.Array, 300)]
    [InlineData(MapType.Hash, 300)]
    [InlineData(MapType.Hash, 1)]
    public void EnumeratesEveryEntryOnce(MapType type, int count)
    {
        using BpfMap map = MapFixture.Create(type, entries: (uint)count);
        BpfMap<uint, ulong> view = map.As<uint, ulong>();
        for (uint i = 0; i < count; i++)
            view[i] = i * 3ul;
        Assert.Equal(count, view.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(i => KeyValuePair.Create((uint)i, (ulong)i * 3)), view.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void WorksInBatches()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 50);
        BpfMap<uint, ulong> view = map.As<uint, ulong>();
        uint[] keys = [.. Enumerable.Range(0, 60).Select(i => (uint)i)];
        ulong[] values = [.. keys.Select(key => key + 1000ul)];
        Assert.Equal(50, view.UpdateBatch(keys, values));
        var seen = new Dictionary<uint, ulong>();
        var cursor = default(MapCursor);
        uint[] someKeys = new uint[7];
        ulong[] someValues = new ulong[7];
        for (int n; (n = view.LookupBatch(ref cursor, someKeys, someValues)) > 0;)
        {
            for (int i = 0; i < n; i++)
                seen.Add(someKeys[i], someValues[i]);
        }

        Assert.Equal(50, seen.Count);
        Assert.All(seen, pair => Assert.Equal(pair.Key + 1000, pair.Value));
        Assert.Equal(50, view.DeleteBatch(keys));
        Assert.Equal(0, view.Count);
    }

    [Fact]
    public void GivesABucketThatIsLargerThanTheBatchInParts()
    {
        // 32 keys in 32 buckets: some bucket holds more than the one entry for which there is room.
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 32);
        BpfMap<uint, ulong> view = map.As<uint, ulong>();
        for (uint i = 0; i < 32; i++)
            view[i] = i;
        var seen = new HashSet<uint>();
        var cursor = default(MapCursor);
        uint[] key = new uint[1];
        while (view.LookupBatch(ref cursor, key, new ulong[1]) == 1)
            Assert.True(seen.Add(key[0]));
        Assert.Equal(32, seen.Count);
    }

    [Theory]
    [InlineData(MapType.PercpuArray)]
    [InlineData(MapType.PercpuHash)]
    public void ShowsAndSumsTheValuesOfEachProcessor(MapType type)
    {
        using BpfMap map = MapFixture.Create(type, value: 4);
        BpfPerProcessorMap<uint, int> view = map.AsPerProcessor<uint, int>();
        view.Update(1, [5, 7]);
        Assert.Equal([5, 7], view[1].Take(2));
        Assert.True(view[1].Length >= Environment.ProcessorCount);
        Assert.Equal(12L, view.Sum(1, value => (long)value));
        Span<int> first = new int[1];
        Assert.True(view.TryGetValues(1, first));
        Assert.Equal(5, first[0]);
        Assert.Equal(0, view.Sum(99, value => value));
    }

    [Theory]
    [InlineData(MapType.PercpuArray)]
    [InlineData(MapType.PercpuHash)]
    public void ReadsWholeWordsOfAllProcessorsWithoutAllocating(MapType type)
    {
        using BpfMap map = MapFixture.Create(type);
        BpfPerProcessorMap<uint, ulong> view = map.AsPerProcessor<uint, ulong>();
        ulong[] written = [.. Enumerable.Range(5, BpfMap.PossibleProcessors).Select(n => (ulong)n)];
        ulong[] read = new ulong[written.Length];
        view.Update(1, written);
        Assert.True(view.TryGetValues(1, read.AsSpan()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool exists = view.TryGetValues(1, read.AsSpan());
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(exists);
        Assert.Equal(written, read);
        Assert.Equal(written, view[1]);
    }

    [Fact]
    public void AllocatesNothingForAReadOrAWrite()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash);
        BpfMap<uint, ulong> view = map.As<uint, ulong>();
        view[1] = 1;
        _ = view[1];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            view[1] = view[1] + 1;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101ul, view[1]);
    }
}
