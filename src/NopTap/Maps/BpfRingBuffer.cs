// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Native;

namespace NopTap.Maps;

/// <summary>Takes one record of a ring buffer; the span is valid during the call only.</summary>
/// <param name="record">Payload, in the ring itself.</param>
public delegate void RingRecordHandler(ReadOnlySpan<byte> record);

/// <summary>A ring buffer: programs write records, the host reads them in the order in which they were reserved.</summary>
/// <remarks>Any number of producers; consumers on several threads take turns, so each record is read once.</remarks>
public sealed unsafe partial class BpfRingBuffer : BpfMap
{
    readonly MappedMemory _ring;
    readonly Lock _consumer = new();

    // Under the lock, which the thread of a handler holds already.
    bool _isConsuming;

    BpfRingBuffer(MapSpec spec, uint id, MappedMemory memory, MappedMemory ring)
        : base(spec, id, memory, ring)
    {
        _ring = ring;
        Header->Ring = ring.Address;
        Header->RingMask = spec.MaxEntries - 1;
        RingProducer.Owner(ring.Address) = Header;
    }

    /// <summary>Bytes between the producers' position and the consumer's, record heads included.</summary>
    public long AvailableData => (long)Query(RingStatistic.AvailableData);

    /// <summary>Not a count of records, which a ring does not keep: 0 when there is nothing to read, else 1.</summary>
    public override long Count => HasRecord() ? 1 : 0;

    /// <summary>Asks what a program can ask with <c>bpf_ringbuf_query</c>.</summary>
    /// <param name="statistic">What.</param>
    public ulong Query(RingStatistic statistic)
    {
        using MapUse use = Use();
        return RingProducer.Query(Header, statistic);
    }

    /// <summary>Reads the next record if there is one.</summary>
    /// <param name="handler">Takes it.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="BpfOperationException">A handler calls this for the ring whose record it has.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryRead(RingRecordHandler handler) => Consume(handler, 1) == 1;

    /// <summary>Reads the records that are there.</summary>
    /// <param name="handler">Takes each; when it throws, that record counts as read and the exception goes to the caller.</param>
    /// <param name="limit">Most records to read.</param>
    /// <returns>How many were read; discarded ones do not count.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    /// <exception cref="BpfOperationException">A handler calls this for the ring whose record it has.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public int Consume(RingRecordHandler handler, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        using MapUse use = Use();
        lock (_consumer)
        {
            CheckNotConsuming();
            int count = 0;
            for (; count < limit && Next(out byte* payload, out uint length, out ulong end); count++)
                Hand(handler, payload, length, end);
            return count;
        }
    }

    void Hand(RingRecordHandler handler, byte* payload, uint length, ulong end)
    {
        _isConsuming = true;
        try
        {
            handler(new ReadOnlySpan<byte>(payload, (int)length));
        }
        finally
        {
            _isConsuming = false;
            Volatile.Write(ref RingProducer.ConsumerPosition(_ring.Address), end);
        }
    }

    // The position would go back to behind the outer record, into what producers have written over since.
    void CheckNotConsuming()
    {
        if (_isConsuming)
        {
            throw new BpfOperationException(RuntimeDiagnostics.RingInUse.At(
                Place, "a handler reads from the ring whose record it has", "let the handler return, and the caller read on"));
        }
    }

    /// <summary>Copies the next record if there is one.</summary>
    /// <returns>The payload, or null.</returns>
    /// <exception cref="BpfOperationException">A handler calls this for the ring whose record it has.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public byte[]? TryRead()
    {
        using MapUse use = Use();
        lock (_consumer)
        {
            CheckNotConsuming();
            if (!Next(out byte* payload, out uint length, out ulong end))
                return null;
            byte[] copy = new ReadOnlySpan<byte>(payload, (int)length).ToArray();
            Volatile.Write(ref RingProducer.ConsumerPosition(_ring.Address), end);
            return copy;
        }
    }

    internal static BpfRingBuffer? TryCreate(MapSpec spec, uint id)
    {
        MappedMemory? memory = MappedMemory.TryReserve(HeaderLength);
        MappedMemory? ring = memory is null ? null : MappedMemory.TryReserveRing(RingProducer.DataOffset, spec.MaxEntries);
        if (ring is not null)
            return new BpfRingBuffer(spec, id, memory!, ring);
        memory?.Dispose();
        return null;
    }

    private protected override Errno ReadCore(byte* key, byte* value, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno UpdateCore(byte* key, byte* value, MapUpdate mode, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno DeleteCore(byte* key, byte* value, uint processors) => Errno.EOPNOTSUPP;

    private protected override Errno NextKeyCore(byte* key, byte* next) => Errno.EOPNOTSUPP;

    internal override bool TryFindValue(ulong address, out MemoryWindow value)
    {
        ulong data = (ulong)_ring.Address + RingProducer.DataOffset;
        value = new MemoryWindow(data, data + (2ul * MaxEntries));
        return value.Contains(address, 1);
    }

    private protected override void DisposeCore() => Wake();

    bool HasRecord()
    {
        // A disposed ring wakes its waiters before the memory is given up.
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        using MapUse use = Use();
        lock (_consumer)
            return Next(out _, out _, out _);
    }

    /// <summary>The record at the consumer's position, discarded ones skipped; false when there is none or it is still being written.</summary>
    bool Next(out byte* payload, out uint length, out ulong end)
    {
        // SAFETY: the caller holds the consumer's lock and keeps the memory; producers do not touch what lies between the positions.
        byte* ring = _ring.Address;
        ulong position = RingProducer.ConsumerPosition(ring);
        while (position < Volatile.Read(ref RingProducer.ProducerPosition(ring)))
        {
            byte* record = ring + RingProducer.DataOffset + (position & Header->RingMask);
            uint word = Volatile.Read(ref *(uint*)record);
            if ((word & RingProducer.BusyBit) != 0)
                break;
            length = word & RingProducer.LengthMask;
            end = position + RingProducer.RecordLength(length);
            payload = record + RingProducer.RecordHeader;
            if ((word & RingProducer.DiscardBit) == 0)
                return true;
            position = end;
            Volatile.Write(ref RingProducer.ConsumerPosition(ring), position);
        }

        payload = null;
        (length, end) = (0, position);
        return false;
    }
}
