// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Sdt;
using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>One entry program with every subprogram that it reaches appended, calls resolved; the form in which it would go to PROG_LOAD.</summary>
/// <remarks>
/// Instruction indexes count 8-byte slots over the whole program. Map references still carry indexes into <see cref="BpfObjectSpec.Maps"/>;
/// see <see cref="References"/>.
/// </remarks>
public sealed record ProgramSpec
{
    /// <summary>Function name of the entry.</summary>
    public required string Name { get; init; }

    /// <summary>ELF section, as in <c>SEC("xdp")</c>.</summary>
    public required string SectionName { get; init; }

    /// <summary>Program type derived from the section name.</summary>
    public ProgramType Type { get; init; }

    /// <summary>Expected attach type derived from the section name.</summary>
    public AttachType AttachType { get; init; }

    /// <summary>Text behind the slash of the section name, for example the function of <c>fentry/NAME</c>; null when there is none.</summary>
    public string? AttachTarget { get; init; }

    /// <summary>Whether the program may sleep (<c>.s</c> sections and <c>syscall</c>).</summary>
    public bool IsSleepable { get; init; }

    /// <summary>Whether an XDP program takes fragmented packets (<c>xdp.frags</c>).</summary>
    public bool HasFrags { get; init; }

    /// <summary>Whether it is loaded unless asked otherwise; false for <c>SEC("?xdp")</c>.</summary>
    public bool AutoLoad { get; init; } = true;

    /// <summary>Licence of the object.</summary>
    public string License { get; init; } = "";

    /// <summary>Whether that licence opens the helpers that are for GPL programs only.</summary>
    public bool IsGplCompatible =>
        License is "GPL" or "GPL v2" or "GPL and additional rights" or "Dual BSD/GPL" or "Dual MIT/GPL" or "Dual MPL/GPL";

    /// <summary>Slots of the entry function, then of each subprogram.</summary>
    public required ImmutableArray<Instruction> Instructions { get; init; }

    /// <summary>Functions in order of <see cref="FunctionSpec.Start"/>; the first is the entry.</summary>
    public required ImmutableArray<FunctionSpec> Functions { get; init; }

    /// <summary>Wide loads that name a map or a map's value, ordered by instruction.</summary>
    public ImmutableArray<MapReference> References { get; init; } = [];

    /// <summary>Instructions that need what does not exist here, ordered by instruction.</summary>
    public ImmutableArray<MissingReference> Missing { get; init; } = [];

    /// <summary>Line records of <c>.BTF.ext</c>, ordered by instruction.</summary>
    public ImmutableArray<LineInfo> Lines { get; init; } = [];

    /// <summary>Relocations against types, left as compiled; see <see cref="CoreRelocationSpec"/>.</summary>
    public ImmutableArray<CoreRelocationSpec> CoreRelocations { get; init; } = [];

    /// <summary>Probes with at least one site in this program, and declared ones without.</summary>
    public ImmutableArray<ProbeSpec> Probes { get; init; } = [];

    /// <summary>Type information of the object, or null.</summary>
    public BtfTypes? Btf { get; init; }

    /// <summary>Function that holds an instruction.</summary>
    /// <param name="instruction">Slot index.</param>
    public FunctionSpec FunctionAt(int instruction)
    {
        int low = 0;
        int high = Functions.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Functions[middle].Start <= instruction)
                low = middle;
            else
                high = middle - 1;
        }

        return Functions[low];
    }

    /// <summary>Line record that covers an instruction, or null.</summary>
    /// <param name="instruction">Slot index.</param>
    public LineInfo? LineAt(int instruction)
    {
        int low = 0;
        int high = Lines.IsDefault ? -1 : Lines.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Lines[middle].Instruction <= instruction)
                low = middle;
            else
                high = middle - 1;
        }

        return !Lines.IsDefaultOrEmpty && Lines[low].Instruction <= instruction ? Lines[low] : null;
    }

    /// <summary>Parameters of one of its functions as an observer of its entry sees them.</summary>
    /// <param name="function">One of <see cref="Functions"/>.</param>
    /// <returns>Null when BTF does not tell them, or one is no number or pointer of at most 8 bytes.</returns>
    public ImmutableArray<ProbeParameter>? ParametersOf(FunctionSpec function) =>
        ParameterTypes.OfFunction(this, function ?? throw new ArgumentNullException(nameof(function)));

    /// <summary>The structure that the entry function's parameter points to, with its size; null when BTF does not tell.</summary>
    /// <remarks>For programs of a host's own type this is their context.</remarks>
    public (string Name, int Size)? EntryContext =>
        ContextTypes.EntryStructure(this) is { Size: <= int.MaxValue } structure ? (structure.Name, (int)structure.Size) : null;

    /// <summary>C text of the entry function's first parameter, for example <c>struct xdp_md *</c>; null when BTF does not tell, or there is none.</summary>
    public string? EntryParameter => ContextTypes.Entry(this) is { Parameters: [var first, ..] } ? Btf!.Print(first.TypeId) : null;
}
