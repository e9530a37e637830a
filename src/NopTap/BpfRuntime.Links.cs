// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Links;

namespace NopTap;

// Links as the kernel lets them be found: by id, and one after the other.
public sealed partial class BpfRuntime
{
    /// <summary>Links that exist now, by id.</summary>
    public IReadOnlyList<BpfLink> AttachedLinks => Links.All();

    /// <summary>The link of an id (<c>BPF_LINK_GET_FD_BY_ID</c>).</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="BpfOperationException">There is none (ENOENT), or it is still being made (EAGAIN).</exception>
    public BpfLink GetLink(uint id) => Links.Get(id);
}
