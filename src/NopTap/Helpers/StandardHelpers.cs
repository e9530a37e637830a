// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>The kernel's helpers that this runtime has, by number.</summary>
internal static unsafe class StandardHelpers
{
    /// <summary><see cref="KernelFunctionId.DynptrFromSkb"/> for program types that only read packets.</summary>
    internal static readonly HelperBinding FromReadOnlySkb = Bind(KernelFunctionId.DynptrFromSkb, &DynptrHelpers.FromReadOnlySkb).Value;

    /// <summary>Types and addresses.</summary>
    internal static readonly FrozenDictionary<int, HelperBinding> Table = new KeyValuePair<int, HelperBinding>[]
    {
        Bind(HelperId.MapLookupElem, &MapHelpers.Lookup),
        Bind(HelperId.MapUpdateElem, &MapHelpers.Update),
        Bind(HelperId.MapDeleteElem, &MapHelpers.Delete),
        Bind(HelperId.SpinLock, &LockHelpers.Lock),
        Bind(HelperId.SpinUnlock, &LockHelpers.Unlock),
        Bind(HelperId.ForEachMapElem, &MapHelpers.ForEach),
        Bind(HelperId.RingbufReserve, &MapHelpers.RingReserve),
        Bind(HelperId.RingbufSubmit, &MapHelpers.RingSubmit),
        Bind(HelperId.RingbufDiscard, &MapHelpers.RingDiscard),
        Bind(HelperId.RingbufOutput, &MapHelpers.RingOutput),
        Bind(HelperId.RingbufQuery, &MapHelpers.RingQuery),
        Bind(HelperId.KtimeGetNs, &MachineHelpers.KtimeGetNs),
        Bind(HelperId.KtimeGetBootNs, &MachineHelpers.KtimeGetBootNs),
        Bind(HelperId.GetPrandomU32, &MachineHelpers.GetPrandomU32),
        Bind(HelperId.GetSmpProcessorId, &MachineHelpers.GetSmpProcessorId),
        Bind(HelperId.GetAttachCookie, &MachineHelpers.GetAttachCookie),
        Bind(HelperId.ProbeReadKernel, &MachineHelpers.ProbeReadKernel),
        Bind(HelperId.Strncmp, &MachineHelpers.Strncmp),
        Bind(HelperId.TracePrintk, &TextHelpers.TracePrintk),
        Bind(HelperId.TraceVprintk, &TextHelpers.TraceVprintk),
        Bind(HelperId.Snprintf, &TextHelpers.Snprintf),
        Bind(HelperId.XdpGetBuffLen, &PacketHelpers.XdpGetBuffLen),
        Bind(HelperId.XdpAdjustHead, &PacketHelpers.XdpAdjustHead),
        Bind(HelperId.XdpAdjustTail, &PacketHelpers.XdpAdjustTail),
        Bind(HelperId.XdpAdjustMeta, &PacketHelpers.XdpAdjustMeta),
        Bind(HelperId.SkbLoadBytes, &PacketHelpers.SkbLoadBytes),
        Bind(HelperId.SkbStoreBytes, &PacketHelpers.SkbStoreBytes),
        Bind(HelperId.SkbPullData, &PacketHelpers.SkbPullData),
        Bind(HelperId.XdpLoadBytes, &PacketHelpers.XdpLoadBytes),
        Bind(HelperId.XdpStoreBytes, &PacketHelpers.XdpStoreBytes),
        Bind(HelperId.CsumDiff, &ChecksumHelpers.CsumDiff),
        Bind(HelperId.L3CsumReplace, &ChecksumHelpers.L3CsumReplace),
        Bind(HelperId.L4CsumReplace, &ChecksumHelpers.L4CsumReplace),
        Bind(HelperId.DynptrFromMem, &DynptrHelpers.FromMem),
        Bind(HelperId.RingbufReserveDynptr, &DynptrHelpers.RingReserve),
        Bind(HelperId.RingbufSubmitDynptr, &DynptrHelpers.RingSubmit),
        Bind(HelperId.RingbufDiscardDynptr, &DynptrHelpers.RingDiscard),
        Bind(HelperId.DynptrRead, &DynptrHelpers.Read),
        Bind(HelperId.DynptrWrite, &DynptrHelpers.Write),
        Bind(HelperId.DynptrData, &DynptrHelpers.Data),
        Bind(KernelFunctionId.IterNumNew, &NumberIteratorHelpers.New),
        Bind(KernelFunctionId.IterNumNext, &NumberIteratorHelpers.Next),
        Bind(KernelFunctionId.IterNumDestroy, &NumberIteratorHelpers.Destroy),
        Bind(KernelFunctionId.DynptrFromSkb, &DynptrHelpers.FromSkb),
        Bind(KernelFunctionId.DynptrFromXdp, &DynptrHelpers.FromXdp),
        Bind(KernelFunctionId.DynptrSlice, &DynptrHelpers.Slice),
        Bind(KernelFunctionId.DynptrSliceRdwr, &DynptrHelpers.SliceRdwr),
        Bind(KernelFunctionId.DynptrAdjust, &DynptrHelpers.Adjust),
        Bind(KernelFunctionId.DynptrIsNull, &DynptrHelpers.IsNull),
        Bind(KernelFunctionId.DynptrIsRdonly, &DynptrHelpers.IsReadOnly),
        Bind(KernelFunctionId.DynptrSize, &DynptrHelpers.Size),
        Bind(KernelFunctionId.DynptrClone, &DynptrHelpers.Clone),
        // The engines make these: a tail call leaves the caller's frame, which no callee can do; a round shall not cost a way out of machine code.
        Bind(HelperId.TailCall, null),
        Bind(HelperId.Loop, null),
    }.ToFrozenDictionary();

    /// <summary>A helper as programs of a type call it.</summary>
    internal static HelperBinding Of(HelperId id, ProgramType type) =>
        Table.TryGetValue((int)id, out HelperBinding binding) ? binding : new HelperBinding(HelperCatalog.Find(id, type)!, 0, IsAvailable: false);

    static KeyValuePair<int, HelperBinding> Bind(
        KernelFunctionId id, delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong> code) => Bind((HelperId)id, code);

    static KeyValuePair<int, HelperBinding> Bind(
        HelperId id, delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong> code)
    {
        HelperSignature signature = HelperCatalog.Find(id)!;
        return new((int)id, new HelperBinding(signature with { Effects = signature.Effects | HelperEffects.Managed }, (nint)code));
    }
}
