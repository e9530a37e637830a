// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>An observer attached to all sites of a static probe.</summary>
public sealed class SdtLink : BpfLink
{
    internal SdtLink(AttachPoint point, Observer observer, ulong cookie, ImmutableArray<SdtProbeInfo> probes)
        : base(LinkType.Sdt, AttachType.TraceSdt, point, observer, cookie) => Probes = probes;

    /// <summary>The sites as the SDT series records them.</summary>
    public ImmutableArray<SdtProbeInfo> Probes { get; }

    private protected override bool IsExit => false;
}
