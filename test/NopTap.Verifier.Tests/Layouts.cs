// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Verifier.Tests;

/// <summary>Context layouts by program type, as <c>uapi/linux/bpf.h</c> has them.</summary>
static class Layouts
{
    public static readonly ContextLayout SkBuff = Build();

    public static ContextLayout? Of(ProgramType type) => type switch
    {
        ProgramType.Xdp => Asm.Xdp,
        ProgramType.SchedCls or ProgramType.SchedAct or ProgramType.SocketFilter => SkBuff,
        _ => null,
    };

    static ContextLayout Build()
    {
        (string Name, int Offset, bool Write)[] scalars =
        [
            ("len", 0, false), ("pkt_type", 4, false), ("mark", 8, true), ("queue_mapping", 12, true), ("protocol", 16, false),
            ("vlan_present", 20, false), ("vlan_tci", 24, false), ("vlan_proto", 28, false), ("priority", 32, true),
            ("ingress_ifindex", 36, false), ("ifindex", 40, false), ("tc_index", 44, true), ("cb[0]", 48, true), ("cb[1]", 52, true),
            ("cb[2]", 56, true), ("cb[3]", 60, true), ("cb[4]", 64, true), ("hash", 68, false), ("tc_classid", 72, true),
        ];
        var fields = ImmutableArray.CreateBuilder<ContextField>();
        foreach ((string name, int offset, bool write) in scalars)
            fields.Add(new ContextField(name, offset, 4, ContextFieldKind.Scalar, write, 64 + offset, 4));
        fields.Add(new ContextField("data", 76, 4, ContextFieldKind.PacketData, false, 0, 8));
        fields.Add(new ContextField("data_end", 80, 4, ContextFieldKind.PacketEnd, false, 8, 8));
        fields.Add(new ContextField("data_meta", 140, 4, ContextFieldKind.PacketMeta, false, 16, 8));
        return new ContextLayout("__sk_buff", 192, 256, fields.ToImmutable());
    }
}
