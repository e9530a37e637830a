// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Links;
using NopTap.Verifier;

namespace NopTap.Maps;

/// <summary>
/// What two programs must have in common for one to end in the other: a tail call hands over the context, the helpers, the frames and
/// whoever waits for the result, and none of them is looked at again. Immutable.
/// </summary>
/// <remarks>
/// The kernel compares type, attach type, fragments, engine and, of tracing programs, the prototype. Here contexts are also the host's and
/// helpers the runtime's, so both count. Equal, not merely large enough: what fits today must fit each program that comes later.
/// </remarks>
internal sealed class CallContract
{
    readonly BpfRuntime _runtime;
    readonly ProgramSpec _spec;
    readonly ContextLayout? _context;
    readonly ProbePrototype? _prototype;

    /// <summary>What a program brings along.</summary>
    /// <param name="runtime">Its runtime, and by that its engine, its code memory and the numbers of the host's helpers.</param>
    /// <param name="spec">The program.</param>
    /// <param name="context">The context that it was verified for.</param>
    /// <param name="prototype">Of an observer: the prototype that it was verified for.</param>
    internal CallContract(BpfRuntime runtime, ProgramSpec spec, ContextLayout? context, ProbePrototype? prototype) =>
        (_runtime, _spec, _context, _prototype) = (runtime, spec, context, prototype);

    internal string Program => _spec.Name;

    internal bool IsOf(BpfRuntime runtime) => ReferenceEquals(_runtime, runtime);

    /// <summary>What this program has and another one of the same array has not; null when either may end in the other.</summary>
    internal ContractDifference? DifferenceFrom(CallContract other)
    {
        if (!other.IsOf(_runtime))
            return new("lives in one runtime", "live in another", "load both with one BpfRuntime");
        if (_spec.Type != other._spec.Type)
            return new($"is of type {_spec.Type}", $"are of type {other._spec.Type}", "use one array for each program type");
        if (_spec.AttachType != other._spec.AttachType)
            return new($"is for attach type {_spec.AttachType}", $"are for {other._spec.AttachType}", "use one array for each attach type");
        if (_spec.HasFrags != other._spec.HasFrags)
            return new(Frags(_spec), Frags(other._spec, "take"), "put all of them into section xdp.frags, or none");
        return _prototype is null && other._prototype is null ? ContextDifference(other) : PrototypeDifference(other);
    }

    ContractDifference? ContextDifference(CallContract other) => Equals(_context, other._context)
        ? null
        : new($"takes {Say(_context)}", $"take {Say(other._context)}", "use one array for each structure that programs get, and the same definition of it in all of them");

    ContractDifference? PrototypeDifference(CallContract other) => Equals(_prototype, other._prototype)
        ? null
        : new($"was built for {_prototype}", $"for {other._prototype}", "use one array for each prototype of a probe");

    static string Frags(ProgramSpec spec, string verb = "takes") => spec.HasFrags ? $"{verb} fragments of packets" : $"{verb} whole packets only";

    static string Say(ContextLayout? context) => context is null ? "no context that is known" : $"'{context.StructName}' of {context.Size} bytes";
}
