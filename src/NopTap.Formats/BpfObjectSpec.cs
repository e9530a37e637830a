// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;

namespace NopTap.Formats;

/// <summary>A parsed BPF object: plain data, the same for the same bytes on every machine. Immutable; edit with <c>with</c>.</summary>
public sealed partial record BpfObjectSpec
{
    /// <summary>File name or label given at load; for diagnostics.</summary>
    public required string Name { get; init; }

    /// <summary>Licence string of section <c>license</c>; empty when there is none.</summary>
    public string License { get; init; } = "";

    /// <summary>Entry programs, in the order of their sections and offsets.</summary>
    public ImmutableArray<ProgramSpec> Programs { get; init; } = [];

    /// <summary>Maps, global-data sections included (<c>.rodata</c>, <c>.data</c>, <c>.bss</c> and custom ones).</summary>
    public ImmutableArray<MapSpec> Maps { get; init; } = [];

    /// <summary>Names that the object uses and does not define.</summary>
    public ImmutableArray<ExternSpec> Externs { get; init; } = [];

    /// <summary>Type information, or null when the object was built without -g.</summary>
    public BtfTypes? Btf { get; init; }
}
