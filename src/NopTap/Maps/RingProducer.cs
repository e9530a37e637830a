// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Maps;

/// <summary>The producers' side of a ring buffer: what the bpf_ringbuf helpers do.</summary>
/// <remarks>
/// The mapping has the kernel's layout, so a consumer elsewhere could map it as it maps a kernel ring:
/// <code>
/// page 0: consumer position (u64)
/// page 1: producer position (u64), position of the oldest uncommitted record (u64), map head (pointer), lock (u32)
/// page 2 and on: data, then the same data once more, so that a record that wraps is contiguous
/// record, 8-byte aligned: | 31 busy | 30 discarded | 29..0 length | u32 pages from the mapping's start | payload |
/// </code>
/// Producers reserve under a spin lock and commit without one; the consumer takes no lock at all.
/// </remarks>
internal static unsafe class RingProducer
{
    internal const uint BusyBit = 1u << 31;
    internal const uint DiscardBit = 1u << 30;
    internal const uint LengthMask = DiscardBit - 1;
    internal const uint RecordHeader = 8;
    internal const ulong NoWakeup = 1;
    internal const ulong ForceWakeup = 2;
    internal const ulong DataOffset = 2 * PageSize;

    const ulong PageSize = 4096;
    const uint MaxRecord = uint.MaxValue / 4;

    internal static ref ulong ConsumerPosition(byte* ring) => ref *(ulong*)ring;

    internal static ref ulong ProducerPosition(byte* ring) => ref *(ulong*)(ring + PageSize);

    internal static ref MapHeader* Owner(byte* ring) => ref *(MapHeader**)(ring + PageSize + 16);

    /// <summary>Payload of a new record, 8-byte aligned, or null when there is no room.</summary>
    internal static byte* Reserve(MapHeader* map, ulong size)
    {
        byte* ring = map->Ring;
        if (size > MaxRecord)
            return null;
        ulong length = RecordLength((uint)size);
        if (length > map->RingMask + 1)
            return null;
        Lock(ring);
        byte* record = null;
        ulong start = ProducerPosition(ring);
        ulong end = start + length;
        ulong pending = SkipCommitted(map, ring, start);
        // The ring is never filled to its last byte, as in the kernel. A record that is still being written keeps its room, though the
        // consumer has not come to it.
        if (end - Volatile.Read(ref ConsumerPosition(ring)) <= map->RingMask && end - pending <= map->RingMask)
        {
            record = ring + DataOffset + (start & map->RingMask);
            *(uint*)record = (uint)size | BusyBit;
            *(uint*)(record + 4) = (uint)((ulong)(record - ring) / PageSize);
            Volatile.Write(ref ProducerPosition(ring), end);
        }

        Unlock(ring);
        return record == null ? null : record + RecordHeader;
    }

    /// <summary>Gives a record to the consumer, or drops it.</summary>
    internal static void Commit(byte* payload, ulong flags, bool discard)
    {
        byte* record = payload - RecordHeader;
        byte* ring = (byte*)((ulong)record & ~(PageSize - 1)) - (*(uint*)(record + 4) * PageSize);
        MapHeader* map = Owner(ring);
        uint length = (*(uint*)record & LengthMask) | (discard ? DiscardBit : 0);
        // A full fence: the consumer either sees this record or has announced before that it waits.
        Interlocked.Exchange(ref *(uint*)record, length);
        bool consumerIsHere = (Volatile.Read(ref ConsumerPosition(ring)) & map->RingMask) == (ulong)(record - ring) - DataOffset;
        if ((flags & ForceWakeup) != 0 || (consumerIsHere && (flags & NoWakeup) == 0))
            Wake(map);
    }

    /// <summary>Ends a wait for records, if somebody waits.</summary>
    internal static void Wake(MapHeader* map) => (BpfMap.From(map) as BpfRingBuffer)?.Wake();

    /// <summary>Copies a whole record in.</summary>
    internal static Errno Output(MapHeader* map, byte* data, ulong size, ulong flags)
    {
        if ((flags & ~(NoWakeup | ForceWakeup)) != 0)
            return Errno.EINVAL;
        byte* payload = Reserve(map, size);
        if (payload == null)
            return Errno.EAGAIN;
        Buffer.MemoryCopy(data, payload, size, size);
        Commit(payload, flags, discard: false);
        return Errno.None;
    }

    internal static ulong Query(MapHeader* map, RingStatistic statistic)
    {
        byte* ring = map->Ring;
        return statistic switch
        {
            RingStatistic.AvailableData => Volatile.Read(ref ProducerPosition(ring)) - Volatile.Read(ref ConsumerPosition(ring)),
            RingStatistic.RingSize => map->RingMask + 1,
            RingStatistic.ConsumerPosition => Volatile.Read(ref ConsumerPosition(ring)),
            RingStatistic.ProducerPosition => Volatile.Read(ref ProducerPosition(ring)),
            _ => 0,
        };
    }

    /// <summary>Bytes that a record of a payload takes in the ring.</summary>
    internal static ulong RecordLength(uint payload) => ((ulong)payload + RecordHeader + 7) & ~7ul;

    static ref ulong PendingPosition(byte* ring) => ref *(ulong*)(ring + PageSize + 8);

    static int* LockWord(byte* ring) => (int*)(ring + PageSize + 24);

    static ulong SkipCommitted(MapHeader* map, byte* ring, ulong end)
    {
        ulong position = PendingPosition(ring);
        while (position < end)
        {
            uint word = Volatile.Read(ref *(uint*)(ring + DataOffset + (position & map->RingMask)));
            if ((word & BusyBit) != 0)
                break;
            position += RecordLength(word & LengthMask);
        }

        PendingPosition(ring) = position;
        return position;
    }

    static void Lock(byte* ring) => ValueLock.Enter(LockWord(ring));

    static void Unlock(byte* ring) => ValueLock.Exit(LockWord(ring));
}
