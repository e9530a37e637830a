// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Contexts;

/// <summary>The context of an observer: an 8-byte slot for each argument, then for a function's exit one for its result.</summary>
internal static class ObserverLayout
{
    const int Slot = 8;

    /// <summary>Slots of an observer of a probe.</summary>
    internal static ContextLayout For(ProbeSpec probe) => For(probe.Parameters, hasResult: false);

    /// <summary>Slots of an observer of a function.</summary>
    /// <param name="parameters">The function's parameters, at most five.</param>
    /// <param name="hasResult">Whether the function's result follows them.</param>
    internal static ContextLayout For(ImmutableArray<ProbeParameter> parameters, bool hasResult)
    {
        var fields = ImmutableArray.CreateBuilder<ContextField>(parameters.Length + 1);
        for (int i = 0; i < parameters.Length; i++)
            fields.Add(Field(parameters[i].Name ?? string.Create(CultureInfo.InvariantCulture, $"arg{i}"), i, KindOf(parameters[i])));
        if (hasResult)
            fields.Add(Field("ret", parameters.Length, ContextFieldKind.Scalar));
        int size = fields.Count * Slot;
        return new ContextLayout("probe_args", size, size, fields.ToImmutable());
    }

    /// <summary>Slots of an observer of something without a known prototype: five numbers.</summary>
    internal static ContextLayout Unknown { get; } = new("probe_args", 5 * Slot, 5 * Slot,
        [.. Enumerable.Range(0, 5).Select(i => Field(string.Create(CultureInfo.InvariantCulture, $"arg{i}"), i, ContextFieldKind.Scalar))]);

    static ContextField Field(string name, int slot, ContextFieldKind kind) => new(name, slot * Slot, Slot, kind, false, slot * Slot, Slot);

    static ContextFieldKind KindOf(ProbeParameter parameter) => parameter.Kind switch
    {
        ProbeArgumentKind.Context => ContextFieldKind.TargetContext,
        ProbeArgumentKind.Pointer => ContextFieldKind.OpaquePointer,
        _ => ContextFieldKind.Scalar,
    };
}
