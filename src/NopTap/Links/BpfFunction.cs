// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>A function of a live program, main or subprogram: attach observers to its entry or exit.</summary>
/// <remarks>Thread-safe. Valid as long as its program.</remarks>
public sealed class BpfFunction
{
    readonly ITracedProgram _target;
    readonly int _index;

    internal BpfFunction(ITracedProgram target, int index, ImmutableArray<ProbeParameter> parameters) =>
        (_target, _index, Parameters) = (target, index, parameters);

    /// <summary>Name.</summary>
    public string Name => Spec.Name;

    /// <summary>What it was loaded from.</summary>
    public FunctionSpec Spec => _target.Spec.Functions[_index];

    /// <summary>Its parameters; when types are unknown five unnamed 64-bit numbers.</summary>
    public ImmutableArray<ProbeParameter> Parameters { get; }

    /// <summary>Attaches a delegate that is called when the function is entered.</summary>
    /// <param name="observer">Sees the arguments.</param>
    /// <param name="options">More to say; null for nothing.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="Isa.BpfException">Refused; nothing changed.</exception>
    public TracingLink AttachEntry(ProbeObserver observer, LinkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Attach(new DelegateObserver(observer), options, isExit: false);
    }

    /// <summary>Attaches a delegate that is called when the function returns.</summary>
    /// <param name="observer">Sees the arguments as they were at the entry, and the result.</param>
    /// <param name="options">More to say; null for nothing.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="Isa.BpfException">Refused; nothing changed.</exception>
    public TracingLink AttachExit(ProbeObserver observer, LinkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Attach(new DelegateObserver(observer), options, isExit: true);
    }

    /// <summary>Attaches a program of section <c>fentry</c>.</summary>
    /// <param name="observer">Its context is the argument array.</param>
    /// <param name="options">More to say; null for nothing.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="Isa.BpfException">Refused; nothing changed.</exception>
    public TracingLink AttachEntry(BpfProgram observer, LinkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Attach(new ProgramObserver(observer), options, isExit: false);
    }

    /// <summary>Attaches a program of section <c>fexit</c>.</summary>
    /// <param name="observer">Its context is the argument array, the result behind the last argument.</param>
    /// <param name="options">More to say; null for nothing.</param>
    /// <returns>Dispose it to detach.</returns>
    /// <exception cref="Isa.BpfException">Refused; nothing changed.</exception>
    public TracingLink AttachExit(BpfProgram observer, LinkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Attach(new ProgramObserver(observer), options, isExit: true);
    }

    /// <summary>Functions of a program whose parameter types are not known.</summary>
    internal static ImmutableArray<BpfFunction> For(ITracedProgram target, Func<FunctionSpec, ImmutableArray<ProbeParameter>?> typesOf) =>
        [.. target.Spec.Functions.Select((function, index) => new BpfFunction(target, index, typesOf(function) ?? s_untyped))];

    internal TracingLink Attach(Observer observer, LinkOptions? options, bool isExit) =>
        Attaching.ToFunction(AttachPoint.OfFunction(_target, _index, Parameters), observer, options ?? new LinkOptions(), isExit);

    static readonly ImmutableArray<ProbeParameter> s_untyped =
        [.. Enumerable.Range(0, 5).Select(_ => new ProbeParameter(null, "unsigned long long", 0, ProbeArgumentKind.Integer, 8, false))];
}
