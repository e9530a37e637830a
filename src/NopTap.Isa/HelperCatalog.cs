// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>The kernel's helpers: all their names, and the types of those that this runtime knows.</summary>
/// <remarks>
/// Argument kinds, licence and packet effects follow the kernel's prototypes (Linux 6.18). <see cref="HelperEffects.Managed"/> is never
/// set here: how a helper is entered is the runtime's affair.
/// </remarks>
public static partial class HelperCatalog
{
    static readonly FrozenDictionary<int, HelperSignature> s_byId = Build().ToFrozenDictionary(signature => signature.Id);

    static readonly FrozenDictionary<string, int> s_idByName =
        Enumerable.Range(1, HelperNames.All.Length - 1).ToFrozenDictionary(id => HelperNames.All[id]);

    /// <summary>Every helper whose type is known, ordered by number.</summary>
    public static ImmutableArray<HelperSignature> All { get; } = [.. s_byId.Values.OrderBy(signature => signature.Id)];

    /// <summary>Type of a helper or a kernel function, or null when this runtime does not know it.</summary>
    /// <param name="id">Number in the call instruction.</param>
    public static HelperSignature? Find(int id) => s_byId.GetValueOrDefault(id) ?? KernelFunctions.Find(id);

    /// <summary>Type of a helper as programs of one type call it, or null when this runtime does not know it.</summary>
    /// <param name="id">The helper.</param>
    /// <param name="type">Program type. The kernel gives some numbers another type in some programs.</param>
    public static HelperSignature? Find(HelperId id, ProgramType type) => (id, type) switch
    {
        (HelperId.GetCgroupClassid, ProgramType.SchedCls or ProgramType.SchedAct) => s_classOfPacket,
        _ => Find(id),
    };

    /// <summary>Type of a helper, or null when this runtime does not know it.</summary>
    /// <param name="id">The helper.</param>
    public static HelperSignature? Find(HelperId id) => Find((int)id);

    /// <summary>Name of a helper or kernel function without <c>bpf_</c>, or null where there is none of this number.</summary>
    /// <param name="id">Number in the call instruction.</param>
    public static string? NameOf(int id) => id > 0 && id < HelperNames.All.Length ? HelperNames.All[id] : KernelFunctions.Find(id)?.Name;

    /// <summary>Number of a helper or kernel function by name.</summary>
    /// <param name="name">Name with or without <c>bpf_</c>.</param>
    /// <param name="id">The number.</param>
    public static bool TryFindId(string name, out int id)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_idByName.TryGetValue(name.StartsWith("bpf_", StringComparison.Ordinal) ? name[4..] : name, out id) || KernelFunctions.TryFindId(name, out id);
    }

    static HelperSignature Of(HelperId id, HelperReturn @return, HelperEffects effects, params ReadOnlySpan<HelperArgument> arguments) =>
        new((int)id, HelperNames.All[(int)id], @return, [.. arguments], effects);

    static HelperSignature Of(HelperId id, HelperReturn @return, params ReadOnlySpan<HelperArgument> arguments) =>
        Of(id, @return, HelperEffects.None, arguments);

    static HelperSignature[] Build() =>
    [
        .. Maps(), .. Machine(), .. Tasks(), .. RingBuffer(), .. Control(), .. Xdp(), .. Packets(), .. Checksums(), .. Redirection(),
        .. Tunnels(), .. Sockets(), .. SynCookies(), .. Text(), .. Dynptrs(),
    ];

    static HelperSignature[] Maps() =>
    [
        Of(HelperId.MapLookupElem, HelperReturn.MapValueOrNull, HelperEffects.TakesPackets, HelperArgument.ConstMapPointer, HelperArgument.MapKey),
        Of(HelperId.MapUpdateElem, HelperReturn.Integer, HelperEffects.TakesPackets,
            HelperArgument.ConstMapPointer, HelperArgument.MapKey, HelperArgument.MapValue, HelperArgument.Anything),
        Of(HelperId.SpinLock, HelperReturn.Void, HelperArgument.SpinLock),
        Of(HelperId.SpinUnlock, HelperReturn.Void, HelperArgument.SpinLock),
        Of(HelperId.MapDeleteElem, HelperReturn.Integer, HelperEffects.TakesPackets, HelperArgument.ConstMapPointer, HelperArgument.MapKey),
        Of(HelperId.MapLookupPercpuElem, HelperReturn.MapValueOrNull, HelperEffects.TakesPackets,
            HelperArgument.ConstMapPointer, HelperArgument.MapKey, HelperArgument.Anything),
        Of(HelperId.MapPushElem, HelperReturn.Integer, HelperEffects.TakesPackets,
            HelperArgument.ConstMapPointer, HelperArgument.MapValue, HelperArgument.Anything),
        Of(HelperId.MapPopElem, HelperReturn.Integer, HelperArgument.ConstMapPointer, HelperArgument.MapValueUninitialized),
        Of(HelperId.MapPeekElem, HelperReturn.Integer, HelperArgument.ConstMapPointer, HelperArgument.MapValueUninitialized),
        Of(HelperId.GetLocalStorage, HelperReturn.MapValue, HelperArgument.ConstMapPointer, HelperArgument.Zero),
        Of(HelperId.PerfEventRead, HelperReturn.Integer, HelperEffects.GplOnly, HelperArgument.ConstMapPointer, HelperArgument.Anything),
        Of(HelperId.PerfEventReadValue, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.ConstMapPointer, HelperArgument.Anything, HelperArgument.MemoryUninitialized, HelperArgument.Size),
        Of(HelperId.PerfEventOutput, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.Context, HelperArgument.ConstMapPointer, HelperArgument.Anything, HelperArgument.Memory, HelperArgument.SizeOrZero),
    ];

    static HelperSignature[] Machine() =>
    [
        Of(HelperId.KtimeGetNs, HelperReturn.Integer),
        Of(HelperId.KtimeGetBootNs, HelperReturn.Integer),
        Of(HelperId.GetPrandomU32, HelperReturn.Integer),
        Of(HelperId.GetSmpProcessorId, HelperReturn.Integer),
        Of(HelperId.GetAttachCookie, HelperReturn.Integer, HelperArgument.Context),
        Of(HelperId.GetNumaNodeId, HelperReturn.Integer),
        Of(HelperId.Jiffies64, HelperReturn.Integer),
        Of(HelperId.KtimeGetCoarseNs, HelperReturn.Integer),
        Of(HelperId.KtimeGetTaiNs, HelperReturn.Integer),
        Probe(HelperId.ProbeReadKernel),
        Probe(HelperId.ProbeReadKernelStr),
        Probe(HelperId.ProbeReadUser),
        Probe(HelperId.ProbeReadUserStr),
        Of(HelperId.GetBranchSnapshot, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.MemoryUninitialized, HelperArgument.SizeOrZero, HelperArgument.Anything),
    ];

    static HelperSignature Probe(HelperId id) => Of(
        id, HelperReturn.Integer, HelperEffects.GplOnly, HelperArgument.MemoryUninitialized, HelperArgument.SizeOrZero, HelperArgument.Anything);

    static HelperSignature[] Tasks() =>
    [
        Of(HelperId.GetCurrentPidTgid, HelperReturn.Integer),
        Of(HelperId.GetCurrentUidGid, HelperReturn.Integer),
        Of(HelperId.GetCurrentComm, HelperReturn.Integer, HelperArgument.MemoryUninitialized, HelperArgument.Size),
        Of(HelperId.GetCurrentTask, HelperReturn.Integer, HelperEffects.GplOnly),
        Of(HelperId.GetNsCurrentPidTgid, HelperReturn.Integer,
            HelperArgument.Anything, HelperArgument.Anything, HelperArgument.MemoryUninitialized, HelperArgument.Size),
        Of(HelperId.GetCurrentCgroupId, HelperReturn.Integer),
        Of(HelperId.GetCurrentAncestorCgroupId, HelperReturn.Integer, HelperArgument.Anything),
        Of(HelperId.GetCgroupClassid, HelperReturn.Integer),
        Of(HelperId.CurrentTaskUnderCgroup, HelperReturn.Integer, HelperArgument.ConstMapPointer, HelperArgument.Anything),
        Of(HelperId.SendSignal, HelperReturn.Integer, HelperArgument.Anything),
        Of(HelperId.SendSignalThread, HelperReturn.Integer, HelperArgument.Anything),
    ];

    static HelperSignature[] RingBuffer() =>
    [
        Of(HelperId.RingbufOutput, HelperReturn.Integer,
            HelperArgument.ConstMapPointer, HelperArgument.Memory, HelperArgument.SizeOrZero, HelperArgument.Anything),
        Of(HelperId.RingbufReserve, HelperReturn.AllocatedMemoryOrNull,
            HelperArgument.ConstMapPointer, HelperArgument.ConstantAllocationSize, HelperArgument.Anything),
        Of(HelperId.RingbufSubmit, HelperReturn.Void, HelperArgument.AllocatedMemoryReleased, HelperArgument.Anything),
        Of(HelperId.RingbufDiscard, HelperReturn.Void, HelperArgument.AllocatedMemoryReleased, HelperArgument.Anything),
        Of(HelperId.RingbufQuery, HelperReturn.Integer, HelperArgument.ConstMapPointer, HelperArgument.Anything),
    ];

    static HelperSignature[] Control() =>
    [
        // A tail call that succeeds may have changed the packet before the caller's caller sees it again.
        Of(HelperId.TailCall, HelperReturn.TailCall, HelperEffects.ChangesPacket,
            HelperArgument.Context, HelperArgument.ConstMapPointer, HelperArgument.Anything),
        Of(HelperId.Loop, HelperReturn.Integer, HelperEffects.CallsBack,
            HelperArgument.Anything, HelperArgument.Callback, HelperArgument.StackOrNull, HelperArgument.Anything),
        Of(HelperId.ForEachMapElem, HelperReturn.Integer, HelperEffects.CallsBack,
            HelperArgument.ConstMapPointer, HelperArgument.Callback, HelperArgument.StackOrNull, HelperArgument.Anything),
    ];

    static HelperSignature[] Dynptrs() =>
    [
        Of(HelperId.DynptrFromMem, HelperReturn.Integer,
            HelperArgument.MapValueMemory, HelperArgument.SizeOrZero, HelperArgument.Anything, HelperArgument.NewDynptr),
        Of(HelperId.RingbufReserveDynptr, HelperReturn.Integer,
            HelperArgument.ConstMapPointer, HelperArgument.Anything, HelperArgument.Anything, HelperArgument.NewDynptr),
        Of(HelperId.RingbufSubmitDynptr, HelperReturn.Void, HelperArgument.DynptrReleased, HelperArgument.Anything),
        Of(HelperId.RingbufDiscardDynptr, HelperReturn.Void, HelperArgument.DynptrReleased, HelperArgument.Anything),
        Of(HelperId.DynptrRead, HelperReturn.Integer,
            HelperArgument.MemoryUninitialized, HelperArgument.SizeOrZero, HelperArgument.Dynptr, HelperArgument.Anything, HelperArgument.Anything),
        Of(HelperId.DynptrWrite, HelperReturn.Integer,
            HelperArgument.Dynptr, HelperArgument.Anything, HelperArgument.Memory, HelperArgument.SizeOrZero, HelperArgument.Anything),
        Of(HelperId.DynptrData, HelperReturn.DynptrMemoryOrNull, HelperArgument.Dynptr, HelperArgument.Anything, HelperArgument.ConstantAllocationSize),
    ];

    static HelperSignature[] Text() =>
    [
        // The values to print, r3 to r5, have no declared type: the format decides how many are read.
        Of(HelperId.TracePrintk, HelperReturn.Integer, HelperEffects.GplOnly, HelperArgument.Memory, HelperArgument.Size),
        Of(HelperId.Snprintf, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.WritableMemoryOrNull, HelperArgument.SizeOrZero, HelperArgument.ConstantString,
            HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero),
        Of(HelperId.TraceVprintk, HelperReturn.Integer, HelperEffects.GplOnly,
            HelperArgument.Memory, HelperArgument.Size, HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero),
        Of(HelperId.SnprintfBtf, HelperReturn.Integer,
            HelperArgument.WritableMemory, HelperArgument.Size, HelperArgument.Memory, HelperArgument.Size, HelperArgument.Anything),
        Of(HelperId.Strtol, HelperReturn.Integer, HelperArgument.Memory, HelperArgument.Size, HelperArgument.Anything, HelperArgument.PointerToLong),
        Of(HelperId.Strtoul, HelperReturn.Integer, HelperArgument.Memory, HelperArgument.Size, HelperArgument.Anything, HelperArgument.PointerToLong),
        Of(HelperId.Strncmp, HelperReturn.Integer, HelperArgument.Memory, HelperArgument.Size, HelperArgument.ConstantString),
    ];
}
