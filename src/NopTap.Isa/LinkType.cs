// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Link types with the kernel's numbers (<c>enum bpf_link_type</c>).</summary>
public enum LinkType
{
    /// <summary><c>BPF_LINK_TYPE_UNSPEC</c>.</summary>
    Unspec = 0,

    /// <summary><c>BPF_LINK_TYPE_RAW_TRACEPOINT</c>.</summary>
    RawTracepoint = 1,

    /// <summary><c>BPF_LINK_TYPE_TRACING</c>.</summary>
    Tracing = 2,

    /// <summary><c>BPF_LINK_TYPE_CGROUP</c>.</summary>
    Cgroup = 3,

    /// <summary><c>BPF_LINK_TYPE_ITER</c>.</summary>
    Iter = 4,

    /// <summary><c>BPF_LINK_TYPE_NETNS</c>.</summary>
    Netns = 5,

    /// <summary><c>BPF_LINK_TYPE_XDP</c>.</summary>
    Xdp = 6,

    /// <summary><c>BPF_LINK_TYPE_PERF_EVENT</c>.</summary>
    PerfEvent = 7,

    /// <summary><c>BPF_LINK_TYPE_KPROBE_MULTI</c>.</summary>
    KprobeMulti = 8,

    /// <summary><c>BPF_LINK_TYPE_STRUCT_OPS</c>.</summary>
    StructOps = 9,

    /// <summary>Static probe (<c>BPF_LINK_TYPE_SDT</c> of the SDT series, which has no number in a released kernel; ours lies outside their range).</summary>
    Sdt = 0x10000,
}
