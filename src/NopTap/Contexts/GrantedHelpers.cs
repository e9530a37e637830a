// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Isa;

namespace NopTap.Contexts;

/// <summary>Which helpers the kernel (Linux 6.18) lets each type of program call, among those whose type is known.</summary>
/// <remarks>A test asks the running kernel for each helper and type.</remarks>
internal static class GrantedHelpers
{
    /// <summary>Any networking program.</summary>
    internal static readonly FrozenSet<HelperId> Base =
    [
        HelperId.MapLookupElem, HelperId.MapUpdateElem, HelperId.MapDeleteElem, HelperId.KtimeGetNs, HelperId.TracePrintk,
        HelperId.GetPrandomU32, HelperId.GetSmpProcessorId, HelperId.TailCall, HelperId.GetCurrentPidTgid, HelperId.GetCurrentUidGid,
        HelperId.GetCurrentComm, HelperId.GetCgroupClassid, HelperId.PerfEventRead, HelperId.PerfEventOutput, HelperId.GetCurrentTask,
        HelperId.CurrentTaskUnderCgroup, HelperId.GetNumaNodeId, HelperId.PerfEventReadValue, HelperId.GetCurrentCgroupId,
        HelperId.MapPushElem, HelperId.MapPopElem, HelperId.MapPeekElem, HelperId.SpinLock, HelperId.SpinUnlock,
        HelperId.Strtol, HelperId.Strtoul, HelperId.SendSignal,
        HelperId.ProbeReadUser, HelperId.ProbeReadKernel, HelperId.ProbeReadUserStr, HelperId.ProbeReadKernelStr,
        HelperId.SendSignalThread, HelperId.Jiffies64, HelperId.GetNsCurrentPidTgid, HelperId.GetCurrentAncestorCgroupId,
        HelperId.KtimeGetBootNs, HelperId.RingbufOutput, HelperId.RingbufReserve, HelperId.RingbufSubmit, HelperId.RingbufDiscard,
        HelperId.RingbufQuery, HelperId.SnprintfBtf, HelperId.KtimeGetCoarseNs, HelperId.ForEachMapElem, HelperId.Snprintf,
        HelperId.GetBranchSnapshot, HelperId.TraceVprintk, HelperId.Loop, HelperId.Strncmp, HelperId.MapLookupPercpuElem,
        HelperId.KtimeGetTaiNs, HelperId.DynptrFromMem, HelperId.RingbufReserveDynptr, HelperId.RingbufSubmitDynptr,
        HelperId.RingbufDiscardDynptr, HelperId.DynptrRead, HelperId.DynptrWrite, HelperId.DynptrData,
    ];

    /// <summary>Socket filters.</summary>
    internal static readonly FrozenSet<HelperId> SocketFilter =
    [
        .. Base,
        HelperId.SkbLoadBytes, HelperId.GetSocketCookie, HelperId.GetSocketUid, HelperId.SkbLoadBytesRelative, HelperId.GetNetnsCookie,
    ];

    /// <summary>Control-group filters.</summary>
    internal static readonly FrozenSet<HelperId> CgroupSkb =
    [
        .. SocketFilter,
        HelperId.SkbCgroupId, HelperId.GetLocalStorage, HelperId.SkbAncestorCgroupId, HelperId.SkLookupTcp, HelperId.SkLookupUdp,
        HelperId.SkRelease, HelperId.SkFullsock, HelperId.TcpSock, HelperId.SkbEcnSetCe, HelperId.GetListenerSock, HelperId.SkcLookupTcp,
        HelperId.SkStorageGet, HelperId.SkStorageDelete, HelperId.SkCgroupId, HelperId.SkAncestorCgroupId,
    ];

    /// <summary>Classifiers and actions (tc).</summary>
    internal static readonly FrozenSet<HelperId> Sched =
    [
        .. SocketFilter,
        HelperId.SkbStoreBytes, HelperId.L3CsumReplace, HelperId.L4CsumReplace, HelperId.CloneRedirect, HelperId.SkbVlanPush,
        HelperId.SkbVlanPop, HelperId.SkbGetTunnelKey, HelperId.SkbSetTunnelKey, HelperId.Redirect, HelperId.GetRouteRealm,
        HelperId.CsumDiff, HelperId.SkbGetTunnelOpt, HelperId.SkbSetTunnelOpt, HelperId.SkbChangeProto, HelperId.SkbChangeType,
        HelperId.SkbUnderCgroup, HelperId.GetHashRecalc, HelperId.SkbChangeTail, HelperId.SkbPullData, HelperId.CsumUpdate,
        HelperId.SetHashInvalid, HelperId.SkbChangeHead, HelperId.SetHash, HelperId.SkbAdjustRoom, HelperId.SkbGetXfrmState,
        HelperId.FibLookup, HelperId.SkbCgroupId, HelperId.SkbAncestorCgroupId, HelperId.SkLookupTcp, HelperId.SkLookupUdp,
        HelperId.SkRelease, HelperId.SkFullsock, HelperId.TcpSock, HelperId.SkbEcnSetCe, HelperId.GetListenerSock, HelperId.SkcLookupTcp,
        HelperId.TcpCheckSyncookie, HelperId.SkStorageGet, HelperId.SkStorageDelete, HelperId.TcpGenSyncookie, HelperId.SkAssign,
        HelperId.CsumLevel, HelperId.SkbCgroupClassid, HelperId.RedirectNeigh, HelperId.RedirectPeer, HelperId.CheckMtu,
        HelperId.SkbSetTstamp, HelperId.TcpRawGenSyncookieIpv4, HelperId.TcpRawGenSyncookieIpv6, HelperId.TcpRawCheckSyncookieIpv4,
        HelperId.TcpRawCheckSyncookieIpv6,
    ];

    /// <summary>XDP.</summary>
    internal static readonly FrozenSet<HelperId> Xdp =
    [
        .. Base,
        HelperId.Redirect, HelperId.CsumDiff, HelperId.XdpAdjustHead, HelperId.RedirectMap, HelperId.XdpAdjustMeta,
        HelperId.XdpAdjustTail, HelperId.FibLookup, HelperId.SkLookupTcp, HelperId.SkLookupUdp, HelperId.SkRelease, HelperId.SkcLookupTcp,
        HelperId.TcpCheckSyncookie, HelperId.TcpGenSyncookie, HelperId.CheckMtu, HelperId.XdpGetBuffLen, HelperId.XdpLoadBytes,
        HelperId.XdpStoreBytes, HelperId.TcpRawGenSyncookieIpv4, HelperId.TcpRawGenSyncookieIpv6, HelperId.TcpRawCheckSyncookieIpv4,
        HelperId.TcpRawCheckSyncookieIpv6,
    ];

    /// <summary>Observers.</summary>
    internal static readonly FrozenSet<HelperId> Tracing = [.. Base, HelperId.GetAttachCookie, HelperId.XdpGetBuffLen];
}
