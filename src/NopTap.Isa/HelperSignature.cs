// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>Type of a helper function, as the verifier, the interpreter and the compiler see it. Immutable.</summary>
/// <param name="Id">Number in the call instruction; the kernel's for its helpers, from <see cref="FirstHostId"/> for a host's own.</param>
/// <param name="Name">Name without <c>bpf_</c>, as in <c>map_lookup_elem</c>.</param>
/// <param name="Return">What comes back in r0.</param>
/// <param name="Arguments">Zero to five arguments.</param>
/// <param name="Effects">Side effects.</param>
public sealed record HelperSignature(
    int Id, string Name, HelperReturn Return, ImmutableArray<HelperArgument> Arguments, HelperEffects Effects = HelperEffects.None)
{
    /// <summary>Lowest number of a helper that a host registers.</summary>
    public const int FirstHostId = 0x10000;
}
