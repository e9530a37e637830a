// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Contexts;

/// <summary>What the kernel grants programs of one type: context, helpers, return values. Immutable.</summary>
/// <param name="Type">Program type.</param>
/// <param name="Kind">Kind of context.</param>
/// <param name="Context">Its layout; null when it comes from the program's target or from the host.</param>
/// <param name="ReturnRange">Lowest and highest return value; null when any will do.</param>
/// <param name="Helpers">Helpers that the kernel lets the type call, whether or not this runtime has them; a host's own come on top.</param>
public sealed record ProgramTypeInfo(
    ProgramType Type, ContextKind Kind, ContextLayout? Context, (long Minimum, long Maximum)? ReturnRange, FrozenSet<HelperId> Helpers)
{
    /// <summary>Whether programs of the type may write to packets.</summary>
    public bool WritesPackets => Type is ProgramType.Xdp or ProgramType.SchedCls or ProgramType.SchedAct;

    /// <summary>Whether programs of the type may call a kernel function: all but those that make dynptrs of another kind's packet.</summary>
    /// <param name="function">The function.</param>
    public bool MayCall(KernelFunctionId function) => function switch
    {
        KernelFunctionId.DynptrFromSkb => Kind == ContextKind.Skb,
        KernelFunctionId.DynptrFromXdp => Kind == ContextKind.Xdp,
        _ => true,
    };
}
