// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Cli.Running;

/// <summary>Program types as <c>--type</c> names them, for programs whose section does not tell theirs.</summary>
static class ProgramTypeNames
{
    /// <summary>The type of a host's own programs.</summary>
    const string Host = "host";

    static readonly (string Name, ProgramType Type, AttachType AttachType)[] s_all =
    [
        ("xdp", ProgramType.Xdp, AttachType.Xdp),
        ("tc", ProgramType.SchedCls, default),
        ("action", ProgramType.SchedAct, default),
        ("socket", ProgramType.SocketFilter, default),
        ("cgroup_skb/ingress", ProgramType.CgroupSkb, AttachType.CgroupInetIngress),
        ("cgroup_skb/egress", ProgramType.CgroupSkb, AttachType.CgroupInetEgress),
        (Host, ProgramType.Unspec, default),
    ];

    /// <summary>All names.</summary>
    public static string[] All => [.. s_all.Select(entry => entry.Name)];

    /// <summary>Gives programs a type.</summary>
    /// <param name="spec">Their object.</param>
    /// <param name="type">One of <see cref="All"/>; null changes nothing.</param>
    /// <param name="program">The program that is meant; null for all whose section tells no type.</param>
    public static BpfObjectSpec Set(BpfObjectSpec spec, string? type, string? program)
    {
        if (type is null)
            return spec;
        (_, ProgramType wanted, AttachType attachType) = Array.Find(s_all, entry => entry.Name == type);
        return spec with
        {
            Programs =
            [
                .. spec.Programs.Select(one => (program is null ? one.Type == ProgramType.Unspec : one.Name == program)
                    ? one with { Type = wanted, AttachType = attachType }
                    : one),
            ],
        };
    }
}
