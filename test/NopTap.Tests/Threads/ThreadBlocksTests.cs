// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Tests.Threads;

[Collection("threads")]
public sealed unsafe class ThreadBlocksTests
{
    [Fact]
    public void GivesAThreadTheSameBlockEachTime() => Assert.Equal((nint)ThreadBlocks.Current, (nint)ThreadBlocks.Current);

    [Fact]
    public void GivesLivingThreadsDifferentBlocksAndProcessors()
    {
        const int Threads = 16;
        using var all = new Barrier(Threads);
        var processors = new uint[Threads];
        Run(Threads, i =>
        {
            processors[i] = ThreadBlocks.Current->Processor;
            all.SignalAndWait(TestContext.Current.CancellationToken);
        });
        Assert.Equal(Threads, processors.Distinct().Count());
        Assert.All(processors, p => Assert.InRange(p, 0u, 1023u));
    }

    [Fact]
    public void HandsTheBlockOfAnEndedThreadToANewOne()
    {
        // Many more threads than there are blocks, one after the other.
        int before = ThreadBlocks.Count;
        for (int i = 0; i < ThreadBlocks.Capacity + 100; i++)
            Run(1, _ => Assert.True(ThreadBlocks.Current->Random != 0));
        Assert.InRange(ThreadBlocks.Count, before, before + 2);
    }

    [Fact]
    public void TellsWhenProcessorNumbersAreExhausted()
    {
        using var release = new ManualResetEventSlim();
        var threads = new List<Thread>();
        int refused = 0;
        Diagnostic? diagnostic = null;
        for (int i = 0; i < ThreadBlocks.Capacity + 1 && Volatile.Read(ref refused) == 0; i++)
        {
            using var ready = new ManualResetEventSlim();
            var thread = new Thread(
                () =>
                {
                    try
                    {
                        _ = ThreadBlocks.Current;
                    }
                    catch (BpfOperationException e)
                    {
                        diagnostic = e.Diagnostic;
                        Volatile.Write(ref refused, 1);
                    }

                    ready.Set();
                    release.Wait();
                },
                64 * 1024);
            thread.Start();
            threads.Add(thread);
            ready.Wait(TestContext.Current.CancellationToken);
        }

        release.Set();
        threads.ForEach(t => t.Join());
        Assert.NotNull(diagnostic);
        Assert.Equal(RuntimeDiagnostics.ProcessorNumbersExhausted.Id, diagnostic.Id);
        Run(1, _ => Assert.InRange(ThreadBlocks.Current->Processor, 0u, 1023u));
    }

    [Fact]
    public void TellsWhenTheSystemRefusesABlock()
    {
        var refusal = Assert.Throws<BpfOperationException>(() => ThreadBlocks.Reserve(_ => null));
        Assert.Equal((RuntimeDiagnostics.ThreadBlockRefused.Id, Errno.ENOMEM), (refusal.Diagnostic.Id, refusal.Errno));
    }

    [Fact]
    public void SlotsCountOverAllThreadsAndStayCountedWhenAThreadEnds()
    {
        int slot = SlotTable.Lease();
        Run(8, i => SlotTable.Words(ThreadBlocks.Current, slot)[0] += (ulong)i);
        Assert.Equal(28ul, SlotTable.Sum(slot, 0));
        Assert.Equal(0ul, SlotTable.Sum(slot, 1));
        SlotTable.Release(slot);
    }

    [Fact]
    public void AReleasedSlotIsZeroWhenLeasedAgain()
    {
        int slot = SlotTable.Lease();
        Run(4, _ => SlotTable.Words(ThreadBlocks.Current, slot)[1] = 7);
        SlotTable.Release(slot);
        int leased = SlotTable.Leased;
        int again = SlotTable.Lease();
        Assert.Equal(slot, again);
        Assert.Equal(0ul, SlotTable.Sum(again, 1));
        Assert.Equal(leased + 1, SlotTable.Leased);
        SlotTable.Release(again);
    }

    [Fact]
    public void TellsWhenSlotsAreExhausted()
    {
        var slots = new List<int>();
        var refusal = Assert.Throws<BpfOperationException>(() =>
        {
            for (int i = 0; i <= ThreadBlock.SlotCount; i++)
                slots.Add(SlotTable.Lease());
        });
        slots.ForEach(SlotTable.Release);
        Assert.Equal(RuntimeDiagnostics.SlotsExhausted.Id, refusal.Diagnostic.Id);
    }

    internal static void Run(int threads, Action<int> body)
    {
        var all = new Thread[threads];
        Exception? failure = null;
        for (int i = 0; i < threads; i++)
        {
            int index = i;
            all[i] = new Thread(() =>
            {
                try
                {
                    body(index);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            all[i].Start();
        }

        foreach (Thread thread in all)
            thread.Join();
        if (failure is not null)
            throw new InvalidOperationException("a thread failed", failure);
    }
}
