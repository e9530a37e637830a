// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Links;

/// <summary>What may be said when an observer is attached (the fields of the kernel's <c>BPF_LINK_CREATE</c>). Nothing in it is ignored.</summary>
public sealed record LinkOptions
{
    /// <summary>What <c>bpf_get_attach_cookie</c> and <see cref="ProbeEvent.Cookie"/> give the observer.</summary>
    public ulong Cookie { get; init; }

    /// <summary>The attach type, if it is to be checked; null for the observer's own.</summary>
    public AttachType? AttachType { get; init; }

    /// <summary>Flags; none is defined.</summary>
    public uint Flags { get; init; }

    /// <summary>Id of the target program, if it is to be checked; 0 for the one attached to.</summary>
    public uint TargetId { get; init; }

    /// <summary>BTF id of the target's prototype or function, if it is to be checked; 0 for that of the place.</summary>
    public int TargetBtfId { get; init; }
}
