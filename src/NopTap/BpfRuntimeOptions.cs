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

    /// <summary>Instructions that one run may execute under the interpreter before it is stopped.</summary>
    public long InstructionBudget { get; init; } = 1L << 32;
}
