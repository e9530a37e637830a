// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap;

/// <summary>What is known of a program, with the words of the kernel's <c>bpf_prog_info</c>. Immutable: a picture of one moment.</summary>
public sealed record BpfProgramInfo
{
    /// <summary>Program type.</summary>
    public required ProgramType Type { get; init; }

    /// <summary>Number by which it is known while loaded.</summary>
    public required uint Id { get; init; }

    /// <summary>16 hexadecimal digits that tell one code from another: half of a SHA-256 over the instructions, references to maps left out.</summary>
    public required string Tag { get; init; }

    /// <summary>Function name of its entry.</summary>
    public required string Name { get; init; }

    /// <summary>Whether its licence opens the helpers that are for GPL programs only.</summary>
    public required bool IsGplCompatible { get; init; }

    /// <summary>When it was loaded.</summary>
    public required DateTimeOffset LoadedAt { get; init; }

    /// <summary>Time in its runs while <see cref="BpfRuntime.StatisticsEnabled"/>; an observer's runs are its targets'.</summary>
    public required TimeSpan RunTime { get; init; }

    /// <summary>Runs while <see cref="BpfRuntime.StatisticsEnabled"/>; what ran as an observer is in <see cref="Links.BpfLink.Hits"/>.</summary>
    public required ulong RunCount { get; init; }

    /// <summary>Hits that passed it by because it was running on the same thread: the sum over the links that it has now.</summary>
    public required ulong RecursionMisses { get; init; }

    /// <summary>Bytes of BPF instructions as executed.</summary>
    public required int XlatedLength { get; init; }

    /// <summary>Bytes of machine code; 0 under the interpreter, and for an observer that was never attached.</summary>
    public required int JitedLength { get; init; }

    /// <summary>Ids of the maps that it holds.</summary>
    public required ImmutableArray<uint> MapIds { get; init; }

    /// <summary>Id of its BTF: always 0, types are no objects of this runtime.</summary>
    public uint BtfId { get; init; }
}
