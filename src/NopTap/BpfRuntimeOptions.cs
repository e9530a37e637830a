// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Jit;
using NopTap.Verifier;

namespace NopTap;

/// <summary>Settings of a <see cref="BpfRuntime"/>, fixed for its life. Immutable.</summary>
public sealed record BpfRuntimeOptions
{
    /// <summary>What executes the programs.</summary>
    public BpfEngine Engine { get; init; } = BpfEngine.Auto;

    /// <summary>Bytes of address space reserved for machine code; memory is used as programs are loaded.</summary>
    public long CodeCapacity { get; init; } = CodeMemory.DefaultCapacity;

    /// <summary>
    /// Bytes that all maps of the runtime may come to when they are full. Their memory is reserved when they are made and backed as it is used; per-cpu
    /// values count once for each processor. A map that does not fit is refused (BPF4128).
    /// </summary>
    public long MapBytes { get; init; } = 4L << 30;

    /// <summary>Bytes of a file that <c>BpfRuntime.Load(path)</c> reads; what has more is refused (BPF1010).</summary>
    public long FileBytes { get; init; } = ReadLimits.Default.FileBytes;

    /// <summary>Instruction slots of all programs of one object together, each with its subprograms; what has more is refused (BPF1009 where it is read, BPF4127 where it is loaded).</summary>
    public int Instructions { get; init; } = ReadLimits.Default.Instructions;

    /// <summary>
    /// Instructions that the verifier follows for all programs of one load together, or for one attachment of an observer; of each program at most
    /// <see cref="VerificationBudget.MaximumSteps"/>. A load that needs more is refused (BPF2080).
    /// </summary>
    public long VerifierSteps { get; init; } = 64L << 20;

    /// <summary>Bytes that the verification of one program may take; a program that needs more is refused (BPF2080).</summary>
    public long VerifierBytes { get; init; } = VerificationBudget.Default.Bytes;

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
