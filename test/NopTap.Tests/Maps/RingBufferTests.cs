// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

public unsafe class RingBufferTests
{
    [Fact]
    public void GivesRecordsInOrder()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        Assert.Equal(Errno.None, ring.Output([1, 2, 3]));
        Assert.Equal(Errno.None, ring.Output([4]));
        var seen = new List<byte[]>();
        Assert.Equal(2, ring.Consume(record => seen.Add(record.ToArray())));
        Assert.Equal([[1, 2, 3], [4]], seen);
        Assert.False(ring.TryRead(_ => Assert.Fail("the ring is empty")));
        Assert.Equal(0, ring.AvailableData);
    }

    [Fact]
    public void LaysRecordsOutAsTheKernelDoes()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        byte* payload = RingProducer.Reserve(ring.Header, 12);
        Assert.Equal(0u, (uint)(ulong)payload % 8);
        uint* head = (uint*)(payload - 8);
        Assert.Equal(0x80000000u | 12, head[0]);
        Assert.Equal(2u, head[1]);
        Assert.Equal(24ul, ring.Query(RingStatistic.ProducerPosition));
        Assert.Equal(24ul, ring.Query(RingStatistic.AvailableData));
        Assert.Equal(4096ul, ring.Query(RingStatistic.RingSize));
        RingProducer.Commit(payload, 0, discard: false);
        Assert.Equal(12u, head[0]);
        RingProducer.Commit(RingProducer.Reserve(ring.Header, 1), 0, discard: true);
        Assert.Equal(0x40000000u | 1, head[6]);
        Assert.True(ring.TryRead(record => Assert.Equal(12, record.Length)));
        Assert.Equal(24ul, ring.Query(RingStatistic.ConsumerPosition));
        Assert.Equal(0ul, ring.Query((RingStatistic)9));
    }

    [Fact]
    public void HidesARecordThatIsBeingWrittenAndAllBehindIt()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        byte* first = RingProducer.Reserve(ring.Header, 8);
        ring.Output([2]);
        Assert.Null(ring.TryRead());
        *(ulong*)first = 1;
        RingProducer.Commit(first, 0, discard: false);
        Assert.Equal(1, ring.TryRead()![0]);
        Assert.Equal([2], ring.TryRead());
    }

    [Theory]
    [InlineData(4080, true)]
    [InlineData(4088, false)]
    [InlineData(4089, false)]
    [InlineData(0x40000000, false)]
    public void ReservesNoMoreThanTheKernelWould(ulong size, bool want)
    {
        using BpfRingBuffer ring = RingFixture.Create();
        Assert.Equal(want, RingProducer.Reserve(ring.Header, size) != null);
    }

    [Fact]
    public void KeepsTheRoomOfARecordThatIsBeingWritten()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        byte* first = RingProducer.Reserve(ring.Header, 2000);
        Assert.True(RingProducer.Reserve(ring.Header, 2000) != null);
        Assert.True(RingProducer.Reserve(ring.Header, 2000) == null);
        RingProducer.Commit(first, 0, discard: true);
        Assert.Null(ring.TryRead());
        Assert.True(RingProducer.Reserve(ring.Header, 2000) != null);
    }

    [Fact]
    public void WrapsRecordsWithoutCuttingThem()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        byte[] data = new byte[1000];
        for (int i = 0; i < 50; i++)
        {
            data.AsSpan().Fill((byte)i);
            Assert.Equal(Errno.None, ring.Output(data));
            Assert.Equal(data, ring.TryRead());
        }
    }

    [Fact]
    public void RefusesUnknownFlagsAndAFullRing()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        Assert.Equal(Errno.EINVAL, ring.Output([1], flags: 4));
        while (ring.Output(new byte[1000]) == Errno.None)
        {
        }

        Assert.Equal(Errno.EAGAIN, ring.Output(new byte[1000]));
    }

    [Fact]
    public void RefusesLookUpsByKey()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        var error = Assert.Throws<BpfOperationException>(() => ring.GetNextKey([], []));
        Assert.Equal(RuntimeDiagnostics.MapOperationNotSupported.Id, error.Diagnostic.Id);
        Assert.Throws<BpfOperationException>(() => ring.As<uint, uint>());
    }

    [Fact]
    public void CountsARecordAsReadWhenItsHandlerThrows()
    {
        using BpfRingBuffer ring = RingFixture.Create();
        ring.Output([1]);
        ring.Output([2]);
        Assert.Throws<InvalidOperationException>(() => ring.Consume(_ => throw new InvalidOperationException()));
        Assert.Equal([2], ring.TryRead());
    }
}
