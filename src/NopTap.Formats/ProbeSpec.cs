// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats;

/// <summary>A static probe of one program: its prototype and its sites there.</summary>
public sealed record ProbeSpec
{
    /// <summary>Name: a C identifier.</summary>
    public required string Name { get; init; }

    /// <summary>Zero to five parameters, from the declaration.</summary>
    public ImmutableArray<ProbeParameter> Parameters { get; init; } = [];

    /// <summary>FUNC_PROTO of the declaration in the object's BTF; 0 when the probe is undeclared or the object has no BTF.</summary>
    public int PrototypeId { get; init; }

    /// <summary>Sites in this program in order of instruction; empty for a probe that is declared but never placed here.</summary>
    public ImmutableArray<ProbeSiteSpec> Sites { get; init; } = [];

    /// <summary>Prototype as C text, for example <c>verdict(int len, int ret)</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(", ", Parameters)})";
}
