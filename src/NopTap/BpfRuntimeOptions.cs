// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit;

namespace NopTap;

/// <summary>Settings of a <see cref="BpfRuntime"/>, fixed for its life. Immutable.</summary>
public sealed record BpfRuntimeOptions
{
    /// <summary>What executes the programs.</summary>
    public BpfEngine Engine { get; init; } = BpfEngine.Auto;

    /// <summary>Bytes of address space reserved for machine code; memory is used as programs are loaded.</summary>
    public long CodeCapacity { get; init; } = CodeMemory.DefaultCapacity;

    /// <summary>
    /// Rounds that one run may make before it is stopped, where its <see cref="RunOptions"/> say nothing else: 2^28, which take about a second
    /// when they do little.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public long Rounds
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Rounds));
            field = value;
        }
    }
    = 1L << 28;

    /// <summary>Compiles no stops; see <see cref="CompilationRequest.OmitsRounds"/>.</summary>
    internal bool OmitsRounds { get; init; }
}
