// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

public static partial class HelperCatalog
{
    static HelperSignature[] Sockets() =>
    [
        Lookup(HelperId.SkLookupTcp, HelperReturn.SocketOrNull),
        Lookup(HelperId.SkLookupUdp, HelperReturn.SocketOrNull),
        Lookup(HelperId.SkcLookupTcp, HelperReturn.SocketCommonOrNull),
        Of(HelperId.SkRelease, HelperReturn.Integer, HelperArgument.SocketReleased),
        Of(HelperId.SkFullsock, HelperReturn.SocketOrNull, HelperEffects.Casts, HelperArgument.Socket),
        Of(HelperId.TcpSock, HelperReturn.TcpSocketOrNull, HelperEffects.Casts, HelperArgument.Socket),
        // A listener lives on without the socket from which it was found.
        Of(HelperId.GetListenerSock, HelperReturn.SocketOrNull, HelperArgument.Socket),
        Of(HelperId.SkAssign, HelperReturn.Integer, HelperArgument.Context, HelperArgument.Socket, HelperArgument.Anything),
        Of(HelperId.SkStorageGet, HelperReturn.MapValueOrNull,
            HelperArgument.ConstMapPointer, HelperArgument.Socket, HelperArgument.MapValueOrNull, HelperArgument.Anything),
        Of(HelperId.SkStorageDelete, HelperReturn.Integer, HelperArgument.ConstMapPointer, HelperArgument.Socket),
        Of(HelperId.SkCgroupId, HelperReturn.Integer, HelperArgument.Socket),
        Of(HelperId.SkAncestorCgroupId, HelperReturn.Integer, HelperArgument.Socket, HelperArgument.Anything),
        OnPacket(HelperId.GetSocketCookie, HelperEffects.None, 0),
        OnPacket(HelperId.GetSocketUid, HelperEffects.None, 0),
        Of(HelperId.GetNetnsCookie, HelperReturn.Integer, HelperArgument.ContextOrNull),
    ];

    static HelperSignature[] SynCookies() =>
    [
        Cookie(HelperId.TcpCheckSyncookie),
        Cookie(HelperId.TcpGenSyncookie),
        Of(HelperId.TcpRawGenSyncookieIpv4, HelperReturn.Integer, HelperEffects.GplOnly | HelperEffects.TakesPackets,
            HelperArgument.Ipv4Header, HelperArgument.Memory, HelperArgument.SizeOrZero),
        Of(HelperId.TcpRawGenSyncookieIpv6, HelperReturn.Integer, HelperEffects.GplOnly | HelperEffects.TakesPackets,
            HelperArgument.Ipv6Header, HelperArgument.Memory, HelperArgument.SizeOrZero),
        Of(HelperId.TcpRawCheckSyncookieIpv4, HelperReturn.Integer, HelperEffects.GplOnly | HelperEffects.TakesPackets,
            HelperArgument.Ipv4Header, HelperArgument.TcpHeader),
        Of(HelperId.TcpRawCheckSyncookieIpv6, HelperReturn.Integer, HelperEffects.GplOnly | HelperEffects.TakesPackets,
            HelperArgument.Ipv6Header, HelperArgument.TcpHeader),
    ];

    static HelperSignature Lookup(HelperId id, HelperReturn @return) => Of(
        id, @return, HelperEffects.Acquires | HelperEffects.TakesPackets,
        HelperArgument.Context, HelperArgument.Memory, HelperArgument.SizeOrZero, HelperArgument.Anything, HelperArgument.Anything);

    static HelperSignature Cookie(HelperId id) => Of(
        id, HelperReturn.Integer, HelperEffects.GplOnly | HelperEffects.TakesPackets,
        HelperArgument.Socket, HelperArgument.Memory, HelperArgument.Size, HelperArgument.Memory, HelperArgument.Size);
}
