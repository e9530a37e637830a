// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>Types of the kernel functions (kfuncs) that this runtime has, as the kernel's prototypes declare them (Linux 6.18).</summary>
public static class KernelFunctions
{
    /// <summary>Number of the first; see <see cref="KernelFunctionId"/>.</summary>
    public const int FirstId = 0x8000;

    const string Prefix = "bpf_";

    /// <summary>All of them, ordered by number.</summary>
    public static ImmutableArray<HelperSignature> All { get; } = [.. Numbers(), .. Dynptrs()];

    static readonly FrozenDictionary<string, int> s_idByName = All.ToFrozenDictionary(signature => signature.Name, signature => signature.Id);

    /// <summary>Type of a kernel function, or null when the number is of none.</summary>
    /// <param name="id">Its number.</param>
    public static HelperSignature? Find(int id) => id >= FirstId && id < FirstId + All.Length ? All[id - FirstId] : null;

    /// <summary>Number of a kernel function by name.</summary>
    /// <param name="name">Name with or without <c>bpf_</c>.</param>
    /// <param name="id">The number.</param>
    public static bool TryFindId(string name, out int id)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_idByName.TryGetValue(name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name, out id);
    }

    // Every kernel function asks for a GPL-compatible licence.
    static HelperSignature Of(KernelFunctionId id, string name, HelperReturn @return, params ReadOnlySpan<HelperArgument> arguments) =>
        new((int)id, name, @return, [.. arguments], HelperEffects.GplOnly);

    static HelperSignature[] Dynptrs() =>
    [
        Of(KernelFunctionId.DynptrFromSkb, "dynptr_from_skb", HelperReturn.Integer, HelperArgument.Context, HelperArgument.Number, HelperArgument.NewDynptr),
        Of(KernelFunctionId.DynptrFromXdp, "dynptr_from_xdp", HelperReturn.Integer, HelperArgument.Context, HelperArgument.Number, HelperArgument.NewDynptr),
        Of(KernelFunctionId.DynptrSlice, "dynptr_slice", HelperReturn.DynptrReadOnlyMemoryOrNull,
            HelperArgument.Dynptr, HelperArgument.Number, HelperArgument.BufferOrNull, HelperArgument.ConstantSize),
        Of(KernelFunctionId.DynptrSliceRdwr, "dynptr_slice_rdwr", HelperReturn.DynptrMemoryOrNull,
            HelperArgument.Dynptr, HelperArgument.Number, HelperArgument.BufferOrNull, HelperArgument.ConstantSize),
        Of(KernelFunctionId.DynptrAdjust, "dynptr_adjust", HelperReturn.Integer, HelperArgument.Dynptr, HelperArgument.Number, HelperArgument.Number),
        Of(KernelFunctionId.DynptrIsNull, "dynptr_is_null", HelperReturn.Integer, HelperArgument.Dynptr),
        Of(KernelFunctionId.DynptrIsRdonly, "dynptr_is_rdonly", HelperReturn.Integer, HelperArgument.Dynptr),
        Of(KernelFunctionId.DynptrSize, "dynptr_size", HelperReturn.Integer, HelperArgument.Dynptr),
        Of(KernelFunctionId.DynptrClone, "dynptr_clone", HelperReturn.Integer, HelperArgument.Dynptr, HelperArgument.NewDynptr),
    ];

    static HelperSignature[] Numbers() =>
    [
        Of(KernelFunctionId.IterNumNew, "iter_num_new", HelperReturn.Integer, HelperArgument.NewIterator, HelperArgument.Number, HelperArgument.Number),
        Of(KernelFunctionId.IterNumNext, "iter_num_next", HelperReturn.IteratorElementOrNull, HelperArgument.Iterator),
        Of(KernelFunctionId.IterNumDestroy, "iter_num_destroy", HelperReturn.Void, HelperArgument.IteratorReleased),
    ];
}
