// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;

namespace NopTap.Cli.Running;

/// <summary>What return values of programs are called.</summary>
static class Verdicts
{
    const uint XdpAborted = 0;
    const uint XdpDrop = 1;
    const uint TcShot = 2;

    /// <summary>Name of a return value, or the number.</summary>
    public static string NameOf(ProgramType type, uint value) => Known(type, value) ?? type switch
    {
        ProgramType.SocketFilter => $"keep {value}",
        _ => ((int)value).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Whether the packet goes on.</summary>
    public static bool IsLetThrough(ProgramType type, uint value) => type switch
    {
        ProgramType.Xdp => value is not (XdpAborted or XdpDrop) && value <= 4,
        ProgramType.SchedCls or ProgramType.SchedAct => value != TcShot,
        _ => value != 0,
    };

    static string? Known(ProgramType type, uint value) => type switch
    {
        ProgramType.Xdp => value switch
        {
            XdpAborted => "XDP_ABORTED",
            XdpDrop => "XDP_DROP",
            2 => "XDP_PASS",
            3 => "XDP_TX",
            4 => "XDP_REDIRECT",
            _ => null,
        },
        ProgramType.SchedCls or ProgramType.SchedAct => value switch
        {
            uint.MaxValue => "TC_ACT_UNSPEC",
            0 => "TC_ACT_OK",
            1 => "TC_ACT_RECLASSIFY",
            TcShot => "TC_ACT_SHOT",
            3 => "TC_ACT_PIPE",
            4 => "TC_ACT_STOLEN",
            5 => "TC_ACT_QUEUED",
            6 => "TC_ACT_REPEAT",
            7 => "TC_ACT_REDIRECT",
            8 => "TC_ACT_TRAP",
            _ => null,
        },
        ProgramType.CgroupSkb => value switch
        {
            0 => "SK_DROP",
            1 => "SK_PASS",
            _ => null,
        },
        ProgramType.SocketFilter => value == 0 ? "drop" : null,
        _ => null,
    };
}
