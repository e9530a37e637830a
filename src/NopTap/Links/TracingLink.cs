// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>An observer attached to the entry or the exit of a function (fentry, fexit).</summary>
public sealed class TracingLink : BpfLink
{
    readonly bool _isExit;

    internal TracingLink(AttachPoint point, Observer observer, ulong cookie, bool isExit)
        : base(LinkType.Tracing, isExit ? AttachType.TraceFexit : AttachType.TraceFentry, point, observer, cookie) => _isExit = isExit;

    private protected override bool IsExit => _isExit;
}
