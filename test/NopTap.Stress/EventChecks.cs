// SPDX-License-Identifier: Apache-2.0

using NopTap.Links;

namespace NopTap.Stress;

/// <summary>Whether the arguments of an event can be right.</summary>
delegate bool EventCheck(in ProbeEvent e);

/// <summary>What the arguments of each probe must be. The mixer's follow from each other, the firewall's from the packet that the thread is running.</summary>
static class EventChecks
{
    const int EthernetHeader = 14;
    const int Stages = 7;

    internal static bool Mix(in ProbeEvent e)
    {
        ulong x = e.GetUInt64("x");
        return e.GetUInt64("y") == Mixer.Second(x) && e.GetUInt32("sum") == (uint)(x ^ Mixer.Second(x));
    }

    internal static bool Twice(in ProbeEvent e) => (ulong)e[1] == Mixer.Leaf((ulong)e[0]);

    internal static bool Lazy(in ProbeEvent e) => (ulong)e[1] == ((ulong)e[0] ^ Mixer.Mixed((ulong)e[0]));

    internal static bool LeafEntry(in ProbeEvent e) => !e.IsExit;

    internal static bool LeafExit(in ProbeEvent e) => e.ReturnValue == Mixer.Leaf((ulong)e[0]);

    internal static bool Anything(in ProbeEvent e) => e.Count != 0;

    internal static bool Packet(in ProbeEvent e) => e.Count == 0;

    internal static bool Verdict(in ProbeEvent e) => e.GetInt32("len") == Traffic.Current.Length && e.GetInt32("ret") == Traffic.CurrentVerdict;

    internal static bool Malformed(in ProbeEvent e) => e["stage"] is >= 0 and < Stages && Traffic.CurrentVerdict == Traffic.Drop;

    internal static bool Flow(in ProbeEvent e) =>
        e["protocol"] is >= 0 and <= byte.MaxValue && e["port"] is >= 0 and <= ushort.MaxValue && Traffic.Current.Length > EthernetHeader;

    // Other threads count the same source up in between.
    internal static bool Rate(in ProbeEvent e) => e.GetUInt64("packets") > 0 && e.GetUInt32("limit") == 0;
}
