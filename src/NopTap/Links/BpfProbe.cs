// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Diagnostics;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
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
            if (_target.NotRunnable is { } why)
                return $"the program is not run here: {why.Message}";
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

    /// <summary>Attaches a program of section <c>bpf_sdt</c> to all sites.</summary>
    /// <param name="observer">
    /// Its context is the argument array. Verified against this probe's prototype when it is attached first; afterwards it fits every
    /// probe with the same prototype, in any program.
    /// </param>
    /// <param name="cookie">What <c>bpf_get_attach_cookie</c> gives the observer.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    public SdtLink Attach(BpfProgram observer, ulong cookie = 0) => Attach((ITracedProgram)observer, new LinkOptions { Cookie = cookie });

    /// <summary>Attaches a program of section <c>bpf_sdt</c> to all sites.</summary>
    /// <param name="observer">As above.</param>
    /// <param name="options">More to say.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    public SdtLink Attach(BpfProgram observer, LinkOptions options) => Attach((ITracedProgram)observer, options);

    /// <summary>Attaches a program that is written from the prototype: it puts a record of each hit into a ring buffer.</summary>
    /// <param name="ring">Where to; several probes may share it. See <see cref="ProbeRecord"/> for what is in a record.</param>
    /// <param name="cookie">A number that tells this link's records from others'.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    public SdtLink AttachPrinter(BpfRingBuffer ring, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(ring);
        if (_target is not BpfProgram target)
            throw new UnreachableException("BUG: the target is no program of a runtime");
        var printer = new BpfProgram(target.Runtime, ProbePrinter.Generate(Spec), [ring]);
        bool isAttached = false;
        try
        {
            SdtLink link = Attach(printer, cookie);
            link.OwnedObserver = printer;

            // Unless the target was disposed meanwhile and the link with it.
            isAttached = link.IsAttached;
            return link;
        }
        finally
        {
            if (!isAttached)
                printer.Dispose();
        }
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
        if (_target.NotRunnable is { } why)
            throw new BpfOperationException(why);
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
