// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Jit;

/// <summary>Everything that the machine code of a program depends on. Immutable.</summary>
internal sealed record CompilationRequest
{
    /// <summary>The program.</summary>
    public required VerifiedProgram Program { get; init; }

    /// <summary>Address of the <see cref="Abi.MapHeader"/> of each map of the object.</summary>
    public ImmutableArray<nint> Maps { get; init; } = [];

    /// <summary>Address of the first value of each map of the object; 0 where a program cannot hold one.</summary>
    public ImmutableArray<nint> MapValues { get; init; } = [];

    /// <summary>Definitions of the maps, by the same indexes; look-ups in maps whose definition is missing are not inlined.</summary>
    public ImmutableArray<MapSpec> MapSpecs { get; init; } = [];

    /// <summary>Extensions of the processor that the code may use; see <see cref="MachineFeatureDetection.Current"/>.</summary>
    public MachineFeatures Features { get; init; }

    /// <summary>Address of each helper that the program may call, by id (Abi/README.md, "Helper"); see also <see cref="InternalHelpers"/>.</summary>
    public required FrozenDictionary<int, nint> Helpers { get; init; }

    /// <summary>Leaves out what counts rounds and stops runs. For the benchmark that tells what these cost, and nothing else.</summary>
    internal bool OmitsRounds { get; init; }

    /// <summary>Address at which the code will run; a multiple of 64. The code itself is position independent: the same for any such address.</summary>
    public required ulong BaseAddress { get; init; }
}
