// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

public static partial class HelperCatalog
{
    static readonly HelperSignature s_classOfPacket = Of(HelperId.GetCgroupClassid, HelperReturn.Integer, HelperArgument.Context);

    static HelperSignature[] Xdp() =>
    [
        Of(HelperId.XdpGetBuffLen, HelperReturn.Integer, HelperArgument.Context),
        Of(HelperId.XdpAdjustHead, HelperReturn.Integer, HelperEffects.ChangesPacket, HelperArgument.Context, HelperArgument.Anything),
        Of(HelperId.XdpAdjustMeta, HelperReturn.Integer, HelperEffects.ChangesPacket, HelperArgument.Context, HelperArgument.Anything),
        Of(HelperId.XdpAdjustTail, HelperReturn.Integer, HelperEffects.ChangesPacket, HelperArgument.Context, HelperArgument.Anything),
        Of(HelperId.XdpLoadBytes, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.MemoryUninitialized, HelperArgument.Size),
        Of(HelperId.XdpStoreBytes, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.Memory, HelperArgument.Size),
    ];

    static HelperSignature[] Packets() =>
    [
        Of(HelperId.SkbLoadBytes, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.MemoryUninitialized, HelperArgument.Size),
        Of(HelperId.SkbLoadBytesRelative, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.MemoryUninitialized, HelperArgument.Size, HelperArgument.Anything),
        Of(HelperId.SkbStoreBytes, HelperReturn.Integer, HelperEffects.ChangesPacket,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.Memory, HelperArgument.Size, HelperArgument.Anything),
        OnPacket(HelperId.SkbVlanPush, HelperEffects.ChangesPacket, 2),
        OnPacket(HelperId.SkbVlanPop, HelperEffects.ChangesPacket, 0),
        OnPacket(HelperId.SkbChangeProto, HelperEffects.ChangesPacket, 2),
        OnPacket(HelperId.SkbChangeType, HelperEffects.None, 1),
        OnPacket(HelperId.SkbChangeTail, HelperEffects.ChangesPacket, 2),
        OnPacket(HelperId.SkbChangeHead, HelperEffects.ChangesPacket, 2),
        OnPacket(HelperId.SkbPullData, HelperEffects.ChangesPacket, 1),
        OnPacket(HelperId.SkbAdjustRoom, HelperEffects.ChangesPacket, 3),
        OnPacket(HelperId.SkbEcnSetCe, HelperEffects.None, 0),
        OnPacket(HelperId.SkbSetTstamp, HelperEffects.None, 2),
        OnPacket(HelperId.GetRouteRealm, HelperEffects.None, 0),
        OnPacket(HelperId.GetHashRecalc, HelperEffects.None, 0),
        OnPacket(HelperId.SetHashInvalid, HelperEffects.None, 0),
        OnPacket(HelperId.SetHash, HelperEffects.None, 1),
        OnPacket(HelperId.SkbCgroupId, HelperEffects.None, 0),
        OnPacket(HelperId.SkbCgroupClassid, HelperEffects.None, 0),
        OnPacket(HelperId.SkbAncestorCgroupId, HelperEffects.None, 1),
        Of(HelperId.SkbUnderCgroup, HelperReturn.Integer, HelperArgument.Context, HelperArgument.ConstMapPointer, HelperArgument.Anything),
    ];

    static HelperSignature[] Checksums() =>
    [
        Of(HelperId.CsumDiff, HelperReturn.Integer, HelperEffects.TakesPackets,
            HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero, HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero, HelperArgument.Anything),
        OnPacket(HelperId.CsumUpdate, HelperEffects.None, 1),
        OnPacket(HelperId.CsumLevel, HelperEffects.None, 1),
        OnPacket(HelperId.L3CsumReplace, HelperEffects.ChangesPacket, 4),
        OnPacket(HelperId.L4CsumReplace, HelperEffects.ChangesPacket, 4),
    ];

    static HelperSignature[] Redirection() =>
    [
        OnPacket(HelperId.CloneRedirect, HelperEffects.ChangesPacket, 2),
        Of(HelperId.Redirect, HelperReturn.Integer, HelperArgument.Anything, HelperArgument.Anything),
        Of(HelperId.RedirectPeer, HelperReturn.Integer, HelperArgument.Anything, HelperArgument.Anything),
        Of(HelperId.RedirectNeigh, HelperReturn.Integer,
            HelperArgument.Anything, HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero, HelperArgument.Anything),
        Of(HelperId.RedirectMap, HelperReturn.Integer, HelperArgument.ConstMapPointer, HelperArgument.Anything, HelperArgument.Anything),
        Of(HelperId.FibLookup, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.Context, HelperArgument.WritableMemory, HelperArgument.Size, HelperArgument.Anything),
        Of(HelperId.CheckMtu, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.PointerToInt, HelperArgument.Anything, HelperArgument.Anything),
    ];

    static HelperSignature[] Tunnels() =>
    [
        Of(HelperId.SkbGetTunnelKey, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.MemoryUninitialized, HelperArgument.Size, HelperArgument.Anything),
        Of(HelperId.SkbSetTunnelKey, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.Memory, HelperArgument.Size, HelperArgument.Anything),
        Of(HelperId.SkbGetTunnelOpt, HelperReturn.Integer, HelperArgument.Context, HelperArgument.MemoryUninitialized, HelperArgument.Size),
        Of(HelperId.SkbSetTunnelOpt, HelperReturn.Integer, HelperArgument.Context, HelperArgument.Memory, HelperArgument.Size),
        Of(HelperId.SkbGetXfrmState, HelperReturn.Integer,
            HelperArgument.Context, HelperArgument.Anything, HelperArgument.MemoryUninitialized, HelperArgument.Size, HelperArgument.Anything),
    ];

    // The context, then numbers.
    static HelperSignature OnPacket(HelperId id, HelperEffects effects, int numbers) =>
        Of(id, HelperReturn.Integer, effects, [HelperArgument.Context, .. Enumerable.Repeat(HelperArgument.Anything, numbers)]);
}
