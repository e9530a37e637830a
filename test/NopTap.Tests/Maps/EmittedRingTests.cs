// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Tests.Maps;

/// <summary>Reserve, submit and discard that machine code makes itself, against those of the runtime.</summary>
public sealed class EmittedRingTests
{
    const uint Size = 16384;

    [ThreadStatic]
    static int s_slow;

    // Of all threads.
    static int s_entered;

    [Fact]
    public unsafe void LeavesTheRingAsTheRuntimeWould()
    {
        using BpfRingBuffer want = RingFixture.Create(Size);
        using BpfRingBuffer have = RingFixture.Create(Size);
        using var machine = new Machine();
        var random = new Random(7);
        var open = new List<(ulong Want, ulong Have)>();
        int reserved = 0;
        int refused = 0;
        s_slow = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Next(2) == 0)
            {
                ulong size = random.Next(50) == 0 ? (ulong)random.NextInt64() : (ulong)random.Next(900);
                byte* first = RingProducer.Reserve(want.Header, size);
                ulong second = machine.Reserve(have, size);
                Assert.Equal(first == null ? 0 : (ulong)(first - want.Header->Ring), second == 0 ? 0 : second - (ulong)have.Header->Ring);
                reserved += second == 0 ? 0 : 1;
                refused += second == 0 ? 1 : 0;
                if (second != 0)
                    open.Add(((ulong)first, second));
            }
            else if (open.Count > random.Next(3))
            {
                int which = random.Next(open.Count);
                bool discard = random.Next(4) == 0;
                RingProducer.Commit((byte*)open[which].Want, 0, discard);
                Assert.Equal(0UL, machine.Commit(open[which].Have, 0, discard));
                open.RemoveAt(which);
            }

            if (random.Next(3) == 0)
                Assert.Equal(want.Consume(_ => { }), have.Consume(_ => { }));
            AssertSame(want, have);
        }

        Assert.InRange(reserved, 1000, 9900);
        Assert.InRange(refused, 100, 9000);
        Assert.Equal(refused, s_slow);
    }

    [Fact]
    public unsafe void RefusesFlagsAndWaitsForTheLockByTheHelper()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        using var machine = new Machine();
        s_slow = 0;
        Assert.Equal(0UL, machine.Reserve(ring, 8, flags: 1));
        Assert.Equal(1, s_slow);
        uint* word = (uint*)(ring.Header->Ring + 4096 + 24);
        *word = 1;
        Volatile.Write(ref s_entered, 0);
        var release = new Thread(() =>
        {
            // Not after a time: the lock must be held when the machine code asks for it, on a busy machine too.
            while (Volatile.Read(ref s_entered) == 0)
                Thread.Yield();
            Volatile.Write(ref *word, 0);
        })
        {
            IsBackground = true,
        };
        release.Start();
        Assert.NotEqual(0UL, machine.Reserve(ring, 8));
        release.Join();
        Assert.Equal(2, s_slow);
        Assert.Equal(0u, *word);
    }

    [Fact]
    public unsafe void LosesNothingBetweenThreads()
    {
        const int threads = 3;
        const int each = 20_000;
        using BpfRingBuffer ring = RingFixture.Create(Size);
        int[] next = new int[threads];
        int read = 0;
        Thread[] producers = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            using var machine = new Machine();
            for (int i = 0; i < each; i++)
            {
                ulong payload;
                while ((payload = machine.Reserve(ring, (ulong)(8 + (i % 40)))) == 0)
                    Thread.Yield();
                *(int*)payload = number;
                *(int*)(payload + 4) = i;
                machine.Commit(payload, 0, discard: i % 16 == 15);
            }
        }))];
        foreach (Thread producer in producers)
            producer.Start();
        var give = DateTime.UtcNow.AddMinutes(5);
        bool ordered = true;
        while (read < threads * each * 15 / 16 && DateTime.UtcNow < give)
        {
            int taken = ring.Consume(record =>
            {
                int number = MemoryMarshal.Read<int>(record);
                int index = MemoryMarshal.Read<int>(record[4..]);
                ordered &= index == next[number] && record.Length == 8 + (index % 40);
                next[number] = index % 16 == 14 ? index + 2 : index + 1;
            });
            read += taken;
            if (taken == 0)
                Thread.Yield();
        }

        foreach (Thread producer in producers)
            producer.Join();
        Assert.True(ordered);
        Assert.Equal(threads * each * 15 / 16, read);
    }

    [Fact]
    public async Task WakesTheConsumerUnlessToldNotTo()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        using var machine = new Machine();
        Task waiting = ring.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        Write(ring, machine, RingProducer.NoWakeup);
        await Task.Delay(30, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        Write(ring, machine, RingProducer.ForceWakeup);
        await waiting.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.Equal(2, ring.Consume(_ => { }));

        waiting = ring.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        Write(ring, machine, 0);
        await waiting.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.Equal(1, ring.Consume(_ => { }));
    }

    static void Write(BpfRingBuffer ring, Machine machine, ulong flags) => machine.Commit(machine.Reserve(ring, 8), flags, discard: false);

    static unsafe void AssertSame(BpfRingBuffer want, BpfRingBuffer have)
    {
        byte* left = want.Header->Ring;
        byte* right = have.Header->Ring;
        Assert.True(*(ulong*)left == *(ulong*)right, "consumer position");
        Assert.True(new Span<byte>(left + 4096, 16).SequenceEqual(new Span<byte>(right + 4096, 16)), "producers' positions");
        Assert.True(new Span<byte>(left + 8192, (int)Size).SequenceEqual(new Span<byte>(right + 8192, (int)Size)), "data");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static unsafe ulong SlowReserve(ulong map, ulong size, ulong flags, ulong r4, ulong r5, ThreadBlock* thread)
    {
        s_slow++;
        Interlocked.Increment(ref s_entered);
        return flags != 0 ? 0 : (ulong)RingProducer.Reserve((MapHeader*)map, size);
    }

    /// <summary>Programs of one call each.</summary>
    sealed unsafe class Machine : IDisposable
    {
        readonly JitRunner _reserve = Compile(HelperId.RingbufReserve);
        readonly JitRunner _submit = Compile(HelperId.RingbufSubmit);
        readonly JitRunner _discard = Compile(HelperId.RingbufDiscard);

        internal ulong Reserve(BpfRingBuffer ring, ulong size, ulong flags = 0) => _reserve.Run((ulong)ring.Header, size, flags);

        internal ulong Commit(ulong payload, ulong flags, bool discard) => (discard ? _discard : _submit).Run(payload, flags);

        public unsafe void Dispose()
        {
            _reserve.Dispose();
            _submit.Dispose();
            _discard.Dispose();
        }

        // There is no helper for submit and discard: they must be emitted.
        static JitRunner Compile(HelperId id) => new(
            UnverifiedProgram.TrustUnverified(Assembler.Parse($"call {(int)id}\nexit")),
            new Dictionary<int, nint>
            {
                [InternalHelpers.WakeConsumer] = MapHelpers.RingWakeAddress,
                [(int)HelperId.RingbufReserve] =
                    (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&SlowReserve,
            }.ToFrozenDictionary());
    }
}
