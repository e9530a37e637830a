// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Tests.Threads;

[Collection("threads")]
public sealed unsafe class EpochsTests
{
    [Fact]
    public void EntersAndLeavesNested()
    {
        Assert.False(Epochs.IsInside);
        using (RunScope outer = RunScope.Enter())
        {
            ThreadBlock* block = outer.Block;
            ulong epoch = block->Epoch;
            Assert.NotEqual(0ul, epoch);
            using (RunScope.Enter())
                Assert.Equal(2ul, block->Depth);
            Assert.Equal(epoch, block->Epoch);
            Assert.True(Epochs.IsInside);
        }

        Assert.False(Epochs.IsInside);
        Assert.Equal(0ul, ThreadBlocks.Current->Epoch);
    }

    [Fact]
    public void ANestedRunKeepsWhatBelongsToTheOuterOne()
    {
        using RunScope outer = RunScope.Enter();
        outer.Block->TailCalls = 5;
        outer.Block->Cookie = 6;
        RunMemory memory = default;
        outer.Block->Memory = &memory;
        using (RunScope.Enter())
        {
            outer.Block->Memory = null;
            outer.Block->TailCalls = 0;
            outer.Block->Cookie = 0;
        }

        Assert.Equal((5ul, 6ul), (outer.Block->TailCalls, outer.Block->Cookie));
        Assert.Equal((nint)(&memory), (nint)outer.Block->Memory);
    }

    [Fact]
    public void RetiresAtOnceWhenNobodyRuns()
    {
        int freed = 0;
        Epochs.Retire(() => freed++);
        Assert.Equal(1, freed);
    }

    [Fact]
    public void WaitsForARunOnAnotherThread()
    {
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        bool left = false;
        var runner = new Thread(() =>
        {
            using (RunScope.Enter())
            {
                inside.Set();
                leave.Wait();
                left = true;
            }
        });
        runner.Start();
        inside.Wait(TestContext.Current.CancellationToken);
        bool leftWhenFreed = false;
        using var freed = new ManualResetEventSlim();
        var retirer = new Thread(() => Epochs.Retire(() =>
        {
            leftWhenFreed = left;
            freed.Set();
        }));
        retirer.Start();
        Assert.False(freed.Wait(30, TestContext.Current.CancellationToken));
        leave.Set();
        Assert.True(freed.Wait(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken));
        Assert.True(leftWhenFreed);
        runner.Join();
        retirer.Join();
    }

    [Fact]
    public void DoesNotWaitForARunThatBeganLater()
    {
        // Runs follow each other without a gap on two threads; a reclaimer that wanted a moment when all are outside would starve.
        using var stop = new CancellationTokenSource();
        var runners = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using (RunScope.Enter())
                    Thread.SpinWait(50);
            }
        })).ToArray();
        foreach (Thread runner in runners)
            runner.Start();
        for (int i = 0; i < 100; i++)
            Assert.True(Epochs.Synchronize());
        stop.Cancel();
        foreach (Thread runner in runners)
            runner.Join();
    }

    [Fact]
    public void DefersWhatIsRetiredInsideARun()
    {
        using var freed = new ManualResetEventSlim();
        using (RunScope.Enter())
        {
            Assert.False(Epochs.Synchronize());
            Epochs.Retire(freed.Set);
            Assert.False(freed.Wait(30, TestContext.Current.CancellationToken));
        }

        Assert.True(freed.Wait(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void NeverFreesUnderAReader()
    {
        // A cell is published, read inside runs and replaced; the retired one is poisoned when freed.
        const int Poison = -1;
        int[] cell = [1];
        using var stop = new CancellationTokenSource();
        int seen = 0;
        var readers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using (RunScope.Enter())
                {
                    int[] mine = Volatile.Read(ref cell);
                    for (int i = 0; i < 20; i++)
                    {
                        if (Volatile.Read(ref mine[0]) == Poison)
                            Interlocked.Increment(ref seen);
                    }
                }
            }
        })).ToArray();
        foreach (Thread reader in readers)
            reader.Start();
        for (int i = 0; i < 300; i++)
        {
            int[] old = Interlocked.Exchange(ref cell, [i]);
            Epochs.Retire(() => old[0] = Poison);
        }

        stop.Cancel();
        foreach (Thread reader in readers)
            reader.Join();
        Assert.Equal(0, seen);
    }

    [Fact]
    public void EnteringAndLeavingAllocatesNothing()
    {
        using (RunScope.Enter())
        {
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            using (RunScope.Enter())
            {
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
