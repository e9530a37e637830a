// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

/// <summary>Threads on one hash: what one of them owns it always finds, and nothing is lost or left over.</summary>
public class HashMapStressTests
{
    const int Threads = 4;

    [Fact]
    public void FindsItsOwnKeysWhileOthersWriteInTheSameBuckets()
    {
        // Few buckets and much recycling: chains are long and elements wander between them.
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 64);
        RunAll(thread =>
        {
            var random = new Random(thread);
            var mine = new Dictionary<uint, ulong>();
            for (int i = 0; i < 60_000; i++)
            {
                uint key = (uint)((random.Next(16) * Threads) + thread);
                switch (random.Next(4))
                {
                    case 0:
                        Assert.Equal(mine.Remove(key), map.Delete(MapFixture.Bytes(key)));
                        break;
                    case 1:
                        Assert.Equal(Errno.None, map.Update(key, ((ulong)key << 32) | (uint)i));
                        mine[key] = ((ulong)key << 32) | (uint)i;
                        break;
                    default:
                        Assert.Equal(mine.TryGetValue(key, out ulong want) ? want : null, map.Get(key));
                        break;
                }
            }

            foreach (uint key in mine.Keys)
                Assert.True(map.Delete(MapFixture.Bytes(key)));
        });
        Assert.Equal(0, map.Count);
        Assert.False(map.GetNextKey([], new byte[4]));
    }

    [Fact]
    public void NeverExceedsItsCapacityWhileThreadsCompeteForIt()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 8);
        RunAll(thread =>
        {
            for (uint i = 0; i < 20_000; i++)
            {
                uint key = (uint)(thread * 100) + (i % 4);
                Errno error = map.Update(key, key);
                Assert.True(error is Errno.None or Errno.E2BIG);
                Assert.Equal(error == Errno.None, map.Delete(MapFixture.Bytes(key)));
            }
        });
        Assert.Equal(0, map.Count);
        for (uint i = 0; i < 8; i++)
            Assert.Equal(Errno.None, map.Update(i, i));
        Assert.Equal(Errno.E2BIG, map.Update(8, 8));
    }

    [Fact]
    public void FindsAKeyAtEveryMomentWhileItIsReplaced()
    {
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 2);
        map.Update(1, 0);
        int running = 1;
        RunAll(thread =>
        {
            if (thread == 0)
            {
                for (ulong i = 0; i < 100_000; i++)
                    map.Update(1, i | (i << 32));
                Volatile.Write(ref running, 0);
                return;
            }

            while (Volatile.Read(ref running) != 0)
                Assert.NotNull(map.Get(1));
        });
    }

    static void RunAll(Action<int> body)
    {
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            try
            {
                body(index);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Null(failure);
    }
}
