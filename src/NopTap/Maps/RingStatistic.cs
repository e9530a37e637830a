// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>What <c>bpf_ringbuf_query</c> can be asked, with the kernel's numbers.</summary>
public enum RingStatistic : ulong
{
    /// <summary><c>BPF_RB_AVAIL_DATA</c>: bytes between the two positions.</summary>
    AvailableData = 0,

    /// <summary><c>BPF_RB_RING_SIZE</c>: bytes of the ring.</summary>
    RingSize = 1,

    /// <summary><c>BPF_RB_CONS_POS</c>: position of the consumer.</summary>
    ConsumerPosition = 2,

    /// <summary><c>BPF_RB_PROD_POS</c>: position of the producers.</summary>
    ProducerPosition = 3,
}
