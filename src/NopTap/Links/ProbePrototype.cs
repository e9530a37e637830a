// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Links;

/// <summary>What an observer program is built against: the argument array that is its context. Compared by value; names do not count.</summary>
internal sealed class ProbePrototype(ImmutableArray<ProbeParameter> parameters, bool hasReturnValue, string? contextStruct)
    : IEquatable<ProbePrototype>
{
    internal ImmutableArray<ProbeParameter> Parameters => parameters;

    /// <summary>The array as a context.</summary>
    internal ContextLayout ToContext() => ObserverLayout.For(parameters, hasReturnValue);

    public bool Equals(ProbePrototype? other)
    {
        if (other is null || other.HasReturnValue != hasReturnValue || other.Parameters.Length != parameters.Length)
            return false;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!SameType(parameters[i], other.Parameters[i]))
                return false;
            if (parameters[i].Kind == ProbeArgumentKind.Context && contextStruct != other.ContextStruct)
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ProbePrototype);

    public override int GetHashCode() => HashCode.Combine(parameters.Length, hasReturnValue);

    public override string ToString() => $"({string.Join(", ", parameters)}){(hasReturnValue ? " with result" : "")}";

    bool HasReturnValue => hasReturnValue;

    string? ContextStruct => contextStruct;

    static bool SameType(ProbeParameter left, ProbeParameter right) =>
        left.Kind == right.Kind && left.Size == right.Size && (left.Kind != ProbeArgumentKind.Integer || left.IsSigned == right.IsSigned);
}
