// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Specs;

namespace NopTap.Contexts;

/// <summary>The program types that this runtime can run.</summary>
public static class ProgramTypes
{
    static readonly ProgramTypeInfo s_xdp = new(ProgramType.Xdp, ContextKind.Xdp, XdpContext.Layout, null, GrantedHelpers.Xdp);

    static readonly ProgramTypeInfo s_cgroup =
        new(ProgramType.CgroupSkb, ContextKind.Skb, SkbLayouts.CgroupSkb, (0, 1), GrantedHelpers.CgroupSkb);

    static readonly FrozenDictionary<ProgramType, ProgramTypeInfo> s_types = new ProgramTypeInfo[]
    {
        s_xdp,
        s_cgroup,
        new(ProgramType.SchedCls, ContextKind.Skb, SkbLayouts.Sched, null, GrantedHelpers.Sched),
        new(ProgramType.SchedAct, ContextKind.Skb, SkbLayouts.Sched, null, GrantedHelpers.Sched),
        new(ProgramType.SocketFilter, ContextKind.Skb, SkbLayouts.SocketFilter, null, GrantedHelpers.SocketFilter),
        new(ProgramType.Tracing, ContextKind.Observer, null, (0, 0), GrantedHelpers.Tracing),
        // A program without a type of the kernel's belongs to the host, who brings the context.
        new(ProgramType.Unspec, ContextKind.Plain, null, null, GrantedHelpers.Base),
    }.ToFrozenDictionary(info => info.Type);

    /// <summary>What a type may do, if this runtime knows it.</summary>
    /// <param name="type">Program type.</param>
    /// <param name="info">What it may do.</param>
    public static bool TryGet(ProgramType type, [NotNullWhen(true)] out ProgramTypeInfo? info) => s_types.TryGetValue(type, out info);

    /// <summary>What a program gets and may do, its attach type and its parameter considered.</summary>
    /// <param name="program">The program.</param>
    /// <exception cref="BpfOperationException">
    /// It is not run here, whatever its code is, or the specification is broken; the diagnostic says what it lacks.
    /// </exception>
    public static ProgramTypeInfo Of(ProgramSpec program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ProgramSpec admitted = SpecGate.Admit(program, out Diagnostic? problem);
        if (problem is not null)
            throw new BpfOperationException(problem);
        ProgramTypeInfo info = Admit(admitted, out Diagnostic? notRunnable);
        return notRunnable is null ? info : throw new BpfOperationException(notRunnable);
    }

    /// <summary>What a program gets and may do, or why it is not run. Decided by its type, section and parameter alone; nothing is proved yet.</summary>
    /// <param name="program">The program.</param>
    /// <param name="notRunnable">What it lacks, or null. Then it gets no context and may do nothing.</param>
    internal static ProgramTypeInfo Admit(ProgramSpec program, out Diagnostic? notRunnable)
    {
        ArgumentNullException.ThrowIfNull(program);
        notRunnable = NotRunnablePrograms.Why(program);
        if (notRunnable is not null)
            return new ProgramTypeInfo(program.Type, ContextKind.None, null, null, []);
        ProgramTypeInfo info = s_types[program.Type];
        return (program.Type, program.AttachType) switch
        {
            (ProgramType.Xdp, AttachType.XdpDevmap) => s_xdp with { Context = XdpContext.DevmapLayout },
            (ProgramType.CgroupSkb, AttachType.CgroupInetEgress) => s_cgroup with { ReturnRange = (0, 3) },
            (ProgramType.Unspec, _) => info with { Context = PlainLayout.Of(program) },
            _ => info,
        };
    }
}
