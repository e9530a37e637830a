// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>The structure that programs of a type take as their context.</summary>
static class ContextTypes
{
    /// <summary>Name of the structure, or null when the type has none that BTF could name.</summary>
    /// <remarks>Programs of types without a fixed structure bring their own: the one that their entry function's parameter points to.</remarks>
    public static string? NameFor(ProgramSpec program) => NameFor(program.Type) ?? EntryStructure(program)?.Name;

    /// <summary>Name of the structure that every program of a type takes, or null when the type has none that BTF could name.</summary>
    public static string? NameFor(ProgramType type) => type switch
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
        _ => null,
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

    /// <summary>The structure or union that the entry function's first parameter points to, with its bytes; null when there is none.</summary>
    public static (string Name, uint Size)? EntryStructure(ProgramSpec program)
    {
        if (Entry(program) is not { Parameters: [var first, ..] } || program.Btf!.SkipModifiers(first.TypeId) is not BtfPointer pointer
            || program.Btf.SkipModifiers(pointer.TypeId) is not BtfStruct structure)
            return null;
        string name = structure.Name.Length != 0 ? structure.Name : TypedefOf(program.Btf, pointer.TypeId);
        return name.Length == 0 ? null : (name, structure.Size);
    }

    // "typedef struct { ... } request": the structure has no name of its own.
    static string TypedefOf(BtfTypes btf, int typeId)
    {
        BtfType type = btf.TypeById(typeId);
        while (type is BtfReference reference and not BtfPointer)
        {
            if (type is BtfTypedef)
                return type.Name;
            type = btf.TypeById(reference.TypeId);
        }

        return "";
    }

    /// <summary>Prototype of the entry function, or null when BTF does not tell it.</summary>
    public static BtfFuncProto? Entry(ProgramSpec program)
    {
        if (program.Btf is not { } btf || program.Functions.IsDefaultOrEmpty || program.Functions[0] is not { BtfTypeId: > 0 and var entry } || entry >= btf.Count)
            return null;
        return btf.TypeById(entry) is BtfFunc function ? btf.TypeById(function.TypeId) as BtfFuncProto : null;
    }
}
