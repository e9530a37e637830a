// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>A static probe of a live program: attach observers here.</summary>
/// <remarks>Thread-safe. Valid as long as its program.</remarks>
public sealed class BpfProbe
{
    readonly ITracedProgram _target;
    readonly int _index;

    BpfProbe(ITracedProgram target, int index) => (_target, _index) = (target, index);

    /// <summary>Name.</summary>
    public string Name => Spec.Name;

    /// <summary>Name of the program.</summary>
    public string ProgramName => _target.Name;

    /// <summary>Declared parameters, zero to five.</summary>
    public ImmutableArray<ProbeParameter> Parameters => Spec.Parameters;

    /// <summary>The declaration and its sites as they were loaded.</summary>
    public ProbeSpec Spec => _target.Spec.Probes[_index];

    /// <summary>Whether an observer can be attached.</summary>
    public bool IsAttachable => Unattachable is null;

    /// <summary>Why no observer can be attached, or null.</summary>
    public string? Unattachable
    {
        get
        {
            if (Spec.Sites.IsEmpty)
                return "it is declared but never placed in this program";
            return AttachPoint.OfProbe(_target, _index).Indexes.IsEmpty ? WhyAllAreDead() : null;
        }
    }

    /// <summary>Its sites that can be hit, with their addresses.</summary>
    public ImmutableArray<LinkSite> Sites
    {
        get
        {
            AttachPoint point = AttachPoint.OfProbe(_target, _index);
            return [.. point.Indexes.Select(point.Describe)];
        }
    }

    /// <summary>Attaches a delegate to all sites.</summary>
    /// <param name="observer">Called at each hit, on the thread that runs the program.</param>
    /// <param name="cookie">A number that the observer sees.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    public SdtLink Attach(ProbeObserver observer, ulong cookie = 0) => Attach(observer, new LinkOptions { Cookie = cookie });

    /// <summary>Attaches a delegate to all sites.</summary>
    /// <param name="observer">Called at each hit, on the thread that runs the program.</param>
    /// <param name="options">More to say.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    public SdtLink Attach(ProbeObserver observer, LinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentNullException.ThrowIfNull(options);
        return Attaching.ToProbe(Point(), new DelegateObserver(observer), options);
    }

    /// <summary>Probes of a program, by the index of their declarations.</summary>
    internal static ImmutableArray<BpfProbe> For(ITracedProgram target) =>
        [.. Enumerable.Range(0, target.Spec.Probes.Length).Select(index => new BpfProbe(target, index))];

    internal SdtLink Attach(ITracedProgram observer, LinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentNullException.ThrowIfNull(options);
        return Attaching.ToProbe(Point(), new ProgramObserver(observer), options);
    }

    AttachPoint Point()
    {
        if (Unattachable is not { } reason)
            return AttachPoint.OfProbe(_target, _index);
        throw new BpfOperationException(RuntimeDiagnostics.NotAttachable.At(
            new DiagnosticPlace { Program = _target.Name, Probe = Name },
            $"no site can be hit: {reason}",
            "place the probe where the program can come by"));
    }

    string WhyAllAreDead()
    {
        foreach (Verifier.ProbeSiteFacts site in _target.Verified.Sites)
        {
            if (site.ProbeIndex == _index && site.Unattachable is { } reason)
                return reason;
        }

        return "its code was removed as unreachable";
    }
}
