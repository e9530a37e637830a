// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Verifier;

namespace NopTap.Jit;

/// <summary>Everything that the machine code of a program depends on. Immutable.</summary>
public sealed record CompilationRequest
{
    /// <summary>The program.</summary>
    public required VerifiedProgram Program { get; init; }

    /// <summary>Address of the <see cref="Abi.MapHeader"/> of each map of the object.</summary>
    public ImmutableArray<nint> Maps { get; init; } = [];

    /// <summary>Address of the first value of each map of the object; 0 where a program cannot hold one.</summary>
    public ImmutableArray<nint> MapValues { get; init; } = [];

    /// <summary>Address of each helper that the program may call, by id (Abi/README.md, "Helper").</summary>
    public required FrozenDictionary<int, nint> Helpers { get; init; }

    /// <summary>Address at which the code will run; a multiple of 64.</summary>
    public required ulong BaseAddress { get; init; }
}
