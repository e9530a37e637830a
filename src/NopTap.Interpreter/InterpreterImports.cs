// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Interpreter;

/// <summary>Everything outside a program that it uses while it is interpreted. Immutable; shared by all runs.</summary>
internal sealed record InterpreterImports
{
    /// <summary>Instructions that a run of a program that nobody proved may execute when nothing else is said.</summary>
    public const long DefaultInstructionBudget = 1L << 26;

    /// <summary>No end but that which was proved: for verified programs, whose rounds are counted (<see cref="Rounds"/>).</summary>
    public const long NoInstructionBudget = long.MaxValue;

    /// <summary>Address of each map of the object, as programs hold it.</summary>
    public ImmutableArray<nint> Maps { get; init; } = [];

    /// <summary>Address of the first value of each map of the object; 0 where a program cannot hold one.</summary>
    public ImmutableArray<nint> MapValues { get; init; } = [];

    /// <summary>The maps' declarations, by the same indexes; sizes of keys and values are checked by them.</summary>
    public ImmutableArray<MapSpec> MapSpecs { get; init; } = [];

    /// <summary>Address of each helper, by id: <c>ulong (r1, ..., r5, ThreadBlock*)</c>, System V, never throws.</summary>
    /// <remarks>
    /// The legacy packet loads (RFC 9669, section 5.5) are calls of helpers -1, -2 and -3 for 1, 2 and 4 bytes: <c>long (context, offset)</c>
    /// gives the bytes as a big-endian number, or a negative one when they are not in the packet. The compiler wants the same three.
    /// </remarks>
    public FrozenDictionary<int, nint> Helpers { get; init; } = FrozenDictionary<int, nint>.Empty;

    /// <summary>What the helpers take, by id; arguments of a helper that is missing here are passed unchecked.</summary>
    public FrozenDictionary<int, HelperSignature> Signatures { get; init; } = FrozenDictionary<int, HelperSignature>.Empty;

    /// <summary>Memory beyond the run's own; null for none.</summary>
    public IGuestRegions? Regions { get; init; }

    /// <summary>Targets of tail calls; null when there are none: every tail call falls through.</summary>
    public ITailCallTargets? TailCalls { get; init; }

    /// <summary>Elements of maps for <c>bpf_for_each_map_elem</c>; null when no map can be walked.</summary>
    public IMapElements? Elements { get; init; }

    /// <summary>Observers; null for none.</summary>
    public IProbeHook? Probes { get; init; }

    /// <summary>Counts the rounds of a run; null when runs have as many as they like.</summary>
    public IRunRounds? Rounds { get; init; }

    /// <summary>Instructions that a run may execute, tail calls and callbacks included; see <see cref="NoInstructionBudget"/>.</summary>
    public long InstructionBudget { get; init; } = DefaultInstructionBudget;

    /// <summary>Passes of <c>may_goto</c> before it jumps, for each call of a function.</summary>
    public int LoopBudget { get; init; } = RunLimits.Loops;
}
