// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Links;

/// <summary>What an observer program is built against: the argument array that is its context. Compared by value; names do not count.</summary>
internal sealed class ProbePrototype(ImmutableArray<ProbeParameter> parameters, bool hasReturnValue, string? contextStruct)
    : IEquatable<ProbePrototype>
{
    internal ImmutableArray<ProbeParameter> Parameters => parameters;

    /// <summary>The array as a context: 8 bytes a slot, read-only; narrow reads of numbers are allowed.</summary>
    internal ContextLayout ToContext()
    {
        var fields = ImmutableArray.CreateBuilder<ContextField>();
        foreach (ProbeParameter parameter in parameters)
            fields.Add(Slot(parameter.Name ?? $"arg{fields.Count}", fields.Count, KindOf(parameter.Kind)));
        if (hasReturnValue)
            fields.Add(Slot("return", fields.Count, ContextFieldKind.Scalar));
        int size = 8 * fields.Count;
        return new ContextLayout("probe arguments", size, size, fields.ToImmutable());
    }

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

    static ContextField Slot(string name, int index, ContextFieldKind kind) => new(name, 8 * index, 8, kind, false, 8 * index, 8);

    static ContextFieldKind KindOf(ProbeArgumentKind kind) => kind switch
    {
        ProbeArgumentKind.Context => ContextFieldKind.TargetContext,
        ProbeArgumentKind.Pointer => ContextFieldKind.OpaquePointer,
        _ => ContextFieldKind.Scalar,
    };
}
