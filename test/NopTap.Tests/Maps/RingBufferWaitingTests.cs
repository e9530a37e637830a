// SPDX-License-Identifier: Apache-2.0

using NopTap.Maps;

namespace NopTap.Tests.Maps;

public class RingBufferWaitingTests
{
    [Fact]
    public async Task WakesAReaderThatWaits()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        ValueTask<byte[]> read = ring.ReadAsync(cancel);
        Assert.False(read.IsCompleted);
        ring.Output([9]);
        Assert.Equal([9], await read);
    }

    [Fact]
    public async Task WakesOnlyWhenTheProducerWants()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Task<byte[]> read = ring.ReadAsync(cancel).AsTask();
        ring.Output([1], flags: RingProducer.NoWakeup);
        Assert.False(read.IsCompleted);
        ring.Output([2], flags: RingProducer.ForceWakeup);
        Assert.Equal([1], await read);
    }

    [Fact]
    public async Task EndsAWaitThatIsCancelledOrWhoseRingIsDisposed()
    {
        BpfRingBuffer ring = RingFixture.Create();
        using var cancel = new CancellationTokenSource();
        Task cancelled = ring.WaitAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Task disposed = ring.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        ring.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed);
    }

    [Fact]
    public async Task LosesNoRecordOfManyProducers()
    {
        const int Producers = 3, Each = 20_000;
        using BpfRingBuffer ring = RingFixture.Create(16384);
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Thread[] threads = [.. Enumerable.Range(0, Producers).Select(p => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                while (!ring.TryWrite(8 + (i % 40), p, i, discard: i % 5 == 0))
                    Thread.Yield();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        int[] next = new int[Producers];
        int total = 0;
        while (total < Producers * Each * 4 / 5)
        {
            await ring.WaitAsync(cancel);
            total += ring.Consume(record =>
            {
                int producer = BitConverter.ToInt32(record);
                int number = BitConverter.ToInt32(record[4..]);
                next[producer] += next[producer] % 5 == 0 ? 1 : 0;
                Assert.Equal(next[producer]++, number);
                Assert.Equal(8 + (number % 40), record.Length);
            });
        }

        foreach (Thread thread in threads)
            thread.Join();
        Assert.Null(ring.TryRead());
    }
}
