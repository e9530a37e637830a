// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

/// <summary>Rings, and producers as programs are.</summary>
internal static unsafe class RingFixture
{
    internal static BpfRingBuffer Create(uint size = 4096) => (BpfRingBuffer)MapFixture.Create(MapType.Ringbuf, key: 0, value: 0, entries: size);

    internal static Errno Output(this BpfRingBuffer ring, ReadOnlySpan<byte> data, ulong flags = 0)
    {
        fixed (byte* start = data)
            return RingProducer.Output(ring.Header, start, (ulong)data.Length, flags);
    }

    internal static bool TryWrite(this BpfRingBuffer ring, int size, int first, int second, bool discard)
    {
        byte* payload = RingProducer.Reserve(ring.Header, (ulong)size);
        if (payload == null)
            return false;
        *(int*)payload = first;
        *(int*)(payload + 4) = second;
        RingProducer.Commit(payload, 0, discard);
        return true;
    }
}
