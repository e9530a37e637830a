// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Links;

/// <summary>What an observer program is built against: the argument array that is its context. Compared by value; names do not count.</summary>
/// <remarks>A context that is an argument counts whole: a host's structures of one name may differ in size.</remarks>
internal sealed class ProbePrototype(ImmutableArray<ProbeParameter> parameters, bool hasReturnValue, ContextLayout? target)
    : IEquatable<ProbePrototype>
{
    internal ImmutableArray<ProbeParameter> Parameters => parameters;

    /// <summary>The array as a context.</summary>
    internal ContextLayout ToContext() => ObserverLayout.For(parameters, hasReturnValue) with { Target = target };

    public bool Equals(ProbePrototype? other)
    {
        if (other is null || other.HasReturnValue != hasReturnValue || other.Parameters.Length != parameters.Length)
            return false;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!SameType(parameters[i], other.Parameters[i]))
                return false;
            if (parameters[i].Kind == ProbeArgumentKind.Context && !SameContext(target, other.Target))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ProbePrototype);

    public override int GetHashCode() => HashCode.Combine(parameters.Length, hasReturnValue);

    public override string ToString() => $"({string.Join(", ", parameters)}){(hasReturnValue ? " with result" : "")}{Context}";

    string Context => target is not null && parameters.Any(parameter => parameter.Kind == ProbeArgumentKind.Context)
        ? $" in programs that take '{target.StructName}' of {target.Size} bytes"
        : "";

    bool HasReturnValue => hasReturnValue;

    ContextLayout? Target => target;

    // Observers hand it to helpers and see no field of it, so what else its type of program may do with it does not matter.
    static bool SameContext(ContextLayout? left, ContextLayout? right) =>
        left?.StructName == right?.StructName && left?.Size == right?.Size && left?.NativeSize == right?.NativeSize;

    static bool SameType(ProbeParameter left, ProbeParameter right) =>
        KindOf(left) == KindOf(right) && left.Size == right.Size && (KindOf(left) != ProbeArgumentKind.Integer || left.IsSigned == right.IsSigned);

    // To an observer an argument without a type is a number of 64 bits.
    static ProbeArgumentKind KindOf(ProbeParameter parameter) => parameter.Kind == ProbeArgumentKind.Untyped ? ProbeArgumentKind.Integer : parameter.Kind;
}
