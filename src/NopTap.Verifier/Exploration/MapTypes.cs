// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>Which helper works on which kind of map: neither knows the insides of the other's.</summary>
static class MapTypes
{
    /// <summary>Whether the kernel lets a helper work on maps of a type.</summary>
    public static bool Accepts(HelperId helper, MapType map, ProgramType program) => helper switch
    {
        HelperId.TailCall => map == MapType.ProgArray,
        HelperId.RingbufOutput or HelperId.RingbufReserve or HelperId.RingbufReserveDynptr or HelperId.RingbufQuery => map == MapType.Ringbuf,
        HelperId.PerfEventOutput or HelperId.PerfEventRead or HelperId.PerfEventReadValue => map == MapType.PerfEventArray,
        HelperId.MapPopElem => map is MapType.Queue or MapType.Stack,
        HelperId.MapPushElem or HelperId.MapPeekElem => map is MapType.Queue or MapType.Stack or MapType.BloomFilter,
        HelperId.CurrentTaskUnderCgroup or HelperId.SkbUnderCgroup => map == MapType.CgroupArray,
        HelperId.GetLocalStorage => map is MapType.CgroupStorage or MapType.PercpuCgroupStorage,
        HelperId.SkStorageGet or HelperId.SkStorageDelete => map == MapType.SkStorage,
        HelperId.RedirectMap => map is MapType.Devmap or MapType.DevmapHash or MapType.Cpumap or MapType.Xskmap,
        HelperId.ForEachMapElem => map is MapType.Array or MapType.PercpuArray or MapType.Hash or MapType.PercpuHash or MapType.LruHash or MapType.LruPercpuHash,
        HelperId.MapLookupElem => IsTable(map) || map is MapType.ArrayOfMaps or MapType.HashOfMaps or MapType.Devmap or MapType.DevmapHash or MapType.Xskmap
            or MapType.Sockmap or MapType.Sockhash,
        HelperId.MapUpdateElem or HelperId.MapDeleteElem =>
            IsTable(map) || (map is MapType.Sockmap or MapType.Sockhash && StoresSockets(program)),
        HelperId.MapLookupPercpuElem => map is MapType.PercpuArray or MapType.PercpuHash or MapType.LruPercpuHash,
        // A host's helper decides for itself, when it runs.
        _ => true,
    };

    static bool StoresSockets(ProgramType program) => program is ProgramType.SocketFilter or ProgramType.SchedCls or ProgramType.SchedAct
        or ProgramType.Xdp or ProgramType.SkReuseport or ProgramType.FlowDissector or ProgramType.SkLookup;

    static bool IsTable(MapType map) => map is MapType.Array or MapType.PercpuArray or MapType.Hash or MapType.PercpuHash
        or MapType.LruHash or MapType.LruPercpuHash or MapType.LpmTrie;
}
