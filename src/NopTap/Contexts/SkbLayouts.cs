// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Verifier;

namespace NopTap.Contexts;

/// <summary>What each kind of socket-buffer program may read and write of <c>struct __sk_buff</c>: the kernel's rules.</summary>
internal static unsafe class SkbLayouts
{
    // Offsets and sizes as in <linux/bpf.h>; LayoutTests hold them to the header.
    static readonly ImmutableArray<ContextField> s_all =
    [
        new("len", 0, 4, ContextFieldKind.Scalar, false, 56, 4),
        new("pkt_type", 4, 4, ContextFieldKind.Scalar, false, 60, 4),
        new("mark", 8, 4, ContextFieldKind.Scalar, false, 64, 4),
        new("queue_mapping", 12, 4, ContextFieldKind.Scalar, false, 68, 4),
        new("protocol", 16, 4, ContextFieldKind.Scalar, false, 72, 4),
        new("vlan_present", 20, 4, ContextFieldKind.Scalar, false, 76, 4),
        new("vlan_tci", 24, 4, ContextFieldKind.Scalar, false, 80, 4),
        new("vlan_proto", 28, 4, ContextFieldKind.Scalar, false, 84, 4),
        new("priority", 32, 4, ContextFieldKind.Scalar, false, 88, 4),
        new("ingress_ifindex", 36, 4, ContextFieldKind.Scalar, false, 92, 4),
        new("ifindex", 40, 4, ContextFieldKind.Scalar, false, 96, 4),
        new("tc_index", 44, 4, ContextFieldKind.Scalar, false, 100, 4),
        new("cb", 48, 20, ContextFieldKind.Scalar, true, 104, 20) { TakesPartialStores = true },
        new("hash", 68, 4, ContextFieldKind.Scalar, false, 124, 4),
        new("tc_classid", 72, 4, ContextFieldKind.Scalar, false, 128, 4),
        new("data", 76, 4, ContextFieldKind.PacketData, false, 0, 8),
        new("data_end", 80, 4, ContextFieldKind.PacketEnd, false, 8, 8),
        new("napi_id", 84, 4, ContextFieldKind.Scalar, false, 132, 4),
        new("family", 88, 4, ContextFieldKind.Scalar, false, 136, 4),
        new("remote_ip4", 92, 4, ContextFieldKind.Scalar, false, 140, 4) { Width = 4 },
        new("local_ip4", 96, 4, ContextFieldKind.Scalar, false, 144, 4) { Width = 4 },
        new("remote_ip6", 100, 16, ContextFieldKind.Scalar, false, 148, 16) { Width = 4 },
        new("local_ip6", 116, 16, ContextFieldKind.Scalar, false, 164, 16) { Width = 4 },
        new("remote_port", 132, 4, ContextFieldKind.Scalar, false, 180, 4),
        new("local_port", 136, 4, ContextFieldKind.Scalar, false, 184, 4),
        new("data_meta", 140, 4, ContextFieldKind.PacketMeta, false, 16, 8),
        new("tstamp", 152, 8, ContextFieldKind.Scalar, false, 40, 8) { Width = 8 },
        new("wire_len", 160, 4, ContextFieldKind.Scalar, false, 188, 4),
        new("gso_segs", 164, 4, ContextFieldKind.Scalar, false, 192, 4),
        new("sk", 168, 8, ContextFieldKind.SocketOrNull, false, 208, 8),
        new("gso_size", 176, 4, ContextFieldKind.Scalar, false, 196, 4),
        new("tstamp_type", 180, 1, ContextFieldKind.Scalar, false, 200, 1),
        new("hwtstamp", 184, 8, ContextFieldKind.Scalar, false, 48, 8) { Width = 8 },
    ];

    static readonly string[] s_socketFields = ["family", "remote_ip4", "local_ip4", "remote_ip6", "local_ip6", "remote_port", "local_port"];

    /// <summary>Classifiers and actions (tc).</summary>
    internal static readonly ContextLayout Sched = Make(
        hidden: s_socketFields,
        writable: ["mark", "queue_mapping", "priority", "tc_index", "cb", "tc_classid", "tstamp"]);

    /// <summary>Socket filters: no direct packet access, only <c>cb</c> is theirs.</summary>
    internal static readonly ContextLayout SocketFilter = Make(
        hidden: [.. s_socketFields, "tc_classid", "data", "data_end", "data_meta", "tstamp", "tstamp_type", "wire_len", "hwtstamp"],
        writable: ["cb"]);

    /// <summary>Control-group filters.</summary>
    internal static readonly ContextLayout CgroupSkb = Make(
        hidden: ["tc_classid", "data_meta", "wire_len", "tstamp_type"],
        writable: ["mark", "priority", "cb", "tstamp"]);

    static ContextLayout Make(string[] hidden, string[] writable)
    {
        FrozenSet<string> unseen = hidden.ToFrozenSet();
        FrozenSet<string> mutable = writable.ToFrozenSet();
        return new("__sk_buff", 192, sizeof(SkbContext), [.. s_all
            .Where(field => !unseen.Contains(field.Name))
            .Select(field => field with { IsWritable = mutable.Contains(field.Name) })]);
    }
}
