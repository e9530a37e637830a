// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>The structure that programs of a type take as their context.</summary>
static class ContextTypes
{
    /// <summary>Name of the structure, or null when the type has none that BTF could name.</summary>
    /// <remarks>Programs of types without a fixed structure bring their own: the one that their entry function's parameter points to.</remarks>
    public static string? NameFor(ProgramSpec program) => program.Type switch
    {
        ProgramType.Xdp => "xdp_md",
        ProgramType.SocketFilter or ProgramType.SchedCls or ProgramType.SchedAct or ProgramType.CgroupSkb or ProgramType.LwtIn or ProgramType.LwtOut
            or ProgramType.LwtXmit or ProgramType.LwtSeg6local or ProgramType.SkSkb or ProgramType.FlowDissector => "__sk_buff",
        ProgramType.Kprobe => "bpf_user_pt_regs_t",
        ProgramType.PerfEvent => "bpf_perf_event_data",
        ProgramType.CgroupSock => "bpf_sock",
        ProgramType.SockOps => "bpf_sock_ops",
        ProgramType.SkMsg => "sk_msg_md",
        ProgramType.CgroupDevice => "bpf_cgroup_dev_ctx",
        ProgramType.RawTracepoint or ProgramType.RawTracepointWritable => "bpf_raw_tracepoint_args",
        ProgramType.CgroupSockAddr => "bpf_sock_addr",
        ProgramType.SkReuseport => "sk_reuseport_md",
        ProgramType.CgroupSysctl => "bpf_sysctl",
        ProgramType.CgroupSockopt => "bpf_sockopt",
        ProgramType.SkLookup => "bpf_sk_lookup",
        ProgramType.Netfilter => "bpf_nf_ctx",
        _ => EntryStructure(program)?.Name,
    };

    /// <summary>Whether a type is a pointer to a structure or typedef of a name.</summary>
    public static bool IsPointerTo(BtfTypes btf, int typeId, string name)
    {
        if (btf.SkipModifiers(typeId) is not BtfPointer pointer)
            return false;
        BtfType type = btf.TypeById(pointer.TypeId);
        while (type is BtfReference reference and not BtfPointer)
        {
            if (type is BtfTypedef && type.Name == name)
                return true;
            type = btf.TypeById(reference.TypeId);
        }

        return type is BtfStruct or BtfForward && type.Name == name;
    }

    /// <summary>The structure that the entry function's first parameter points to, or null.</summary>
    public static BtfStruct? EntryStructure(ProgramSpec program)
    {
        int entry = program.Functions[0].BtfTypeId;
        if (program.Btf is not { } btf || entry == 0 || btf.TypeById(entry) is not BtfFunc function
            || btf.TypeById(function.TypeId) is not BtfFuncProto { Parameters: [var first, ..] } || btf.SkipModifiers(first.TypeId) is not BtfPointer pointer
            || btf.SkipModifiers(pointer.TypeId) is not BtfStruct { Name.Length: > 0 } structure)
            return null;
        return structure;
    }
}
