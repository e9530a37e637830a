// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>An attached observer. Disposing it detaches.</summary>
/// <remarks>
/// Thread-safe. When <see cref="Dispose"/> returns, the observer is not running and will not run for this link, except when it is called
/// from inside a run: then the target's code is changed at once and the rest happens soon after that run. A link does not keep its target
/// alive: disposing target or observer detaches it.
/// </remarks>
public abstract partial class BpfLink : IDisposable
{
    readonly AttachPoint _point;
    readonly Observer _observer;
    readonly ImmutableArray<LinkSite> _sites;
    ulong _faults;

    private protected BpfLink(LinkType type, AttachType attachType, AttachPoint point, Observer observer, ulong cookie)
    {
        Type = type;
        AttachType = attachType;
        Cookie = cookie;
        _point = point;
        _observer = observer;
        _sites = [.. point.Indexes.Select(point.Describe)];
        Parameters = point.Parameters;
        ParameterCount = point.Parameters.Length;
    }

    /// <summary>Number by which it is known while it exists; 0 afterwards.</summary>
    public uint Id { get; private set; }

    /// <summary>Link type.</summary>
    public LinkType Type { get; }

    /// <summary>Attach type.</summary>
    public AttachType AttachType { get; }

    /// <summary>Cookie.</summary>
    public ulong Cookie { get; }

    /// <summary>Name of the probe or function.</summary>
    public string ProbeName => _point.Name;

    /// <summary>Name of the target program.</summary>
    public string TargetName => _point.Target.Name;

    /// <summary>Declared parameters of the probe or function.</summary>
    public ImmutableArray<ProbeParameter> Parameters { get; }

    /// <summary>Hits that reached the observer so far.</summary>
    public ulong Hits => Counted(0);

    /// <summary>Hits that did not, because the observer was running on the same thread.</summary>
    public ulong Misses => Counted(1);

    /// <summary>Hits during which a delegate threw; the target went on.</summary>
    public ulong Faults => Volatile.Read(ref _faults);

    /// <summary>What a delegate threw last, or null.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>Whether hits reach the observer.</summary>
    public bool IsAttached => _state == LinkState.Settled;

    /// <summary>All that is known of it now.</summary>
    public BpfLinkInfo Info => new()
    {
        Type = Type,
        Id = Id,
        ProgramId = _observer.ProgramId,
        Observer = _observer.Name,
        AttachType = AttachType,
        TargetId = _point.Target.Id,
        Target = _point.Target.Name,
        TargetBtfId = _point.BtfId,
        Probe = _point.Name,
        Sites = _sites,
        Cookie = Cookie,
        Hits = Hits,
        Misses = Misses,
        Faults = Faults,
        IsAttached = IsAttached,
    };

    internal int ParameterCount { get; }

    /// <summary>An observer that was made for this link alone and goes with it.</summary>
    internal IDisposable? OwnedObserver { get; set; }

    /// <summary>Slot of hits and misses.</summary>
    internal int Slot { get; private set; } = -1;

    /// <summary>Detaches now; the link keeps its id and can be asked until it is disposed. Again does nothing.</summary>
    /// <remarks>The kernel refuses this for tracing and SDT links (EOPNOTSUPP).</remarks>
    public void Detach() => Release(isFinal: false);

    /// <summary>Detaches and gives the id back. Again does nothing.</summary>
    public void Dispose()
    {
        Release(isFinal: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Refused, as by the kernel: an observer's place in the order would be lost silently.</summary>
    /// <param name="observer">The observer that was to replace the present one.</param>
    /// <exception cref="BpfOperationException">Always.</exception>
    public void Update(object observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        throw new BpfOperationException(RuntimeDiagnostics.LinkUpdateNotSupported.At(
            _point.DiagnosticPlace,
            $"link {Id} cannot change its observer '{_observer.Name}'",
            "attach the new observer, then dispose this link: hits in between reach both"));
    }

    internal bool Involves(ITracedProgram program) =>
        ReferenceEquals(_point.Target, program) || (_observer is ProgramObserver o && ReferenceEquals(o.Program, program));

    internal void RecordFault(Exception fault)
    {
        LastFault = fault;
        Interlocked.Increment(ref _faults);
    }
}
