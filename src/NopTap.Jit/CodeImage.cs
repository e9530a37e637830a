// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Jit;

/// <summary>Machine code of one program, not yet in executable memory. Immutable; equal input gives equal bytes.</summary>
/// <param name="Bytes">The code for <paramref name="BaseAddress"/>.</param>
/// <param name="BaseAddress">Address for which it was encoded; a multiple of 64.</param>
/// <param name="EntryOffset">The program entry (see Abi/README.md).</param>
/// <param name="Functions">Functions in the order of the program's.</param>
/// <param name="Sites">Probe sites in the order of <c>VerifiedProgram.Sites</c>.</param>
/// <param name="InstructionOffsets">Code offset of each BPF slot; -1 for second halves and slots without code.</param>
public sealed record CodeImage(
    ImmutableArray<byte> Bytes,
    ulong BaseAddress,
    int EntryOffset,
    ImmutableArray<FunctionCode> Functions,
    ImmutableArray<SiteCode> Sites,
    ImmutableArray<int> InstructionOffsets)
{
    /// <summary>Bytes of instructions; constants follow.</summary>
    public int CodeLength { get; init; }
}

/// <summary>Where a function lies in its image.</summary>
/// <param name="Offset">First byte: the entry site's word is here or one padding NOP later, see <paramref name="EntrySiteOffset"/>.</param>
/// <param name="Length">Bytes.</param>
/// <param name="EntrySiteOffset">The patchable 5-byte NOP at the function's start.</param>
/// <param name="CallbackOffset">Thunk for calls from outside; -1 when the function's address is never taken.</param>
public readonly record struct FunctionCode(int Offset, int Length, int EntrySiteOffset, int CallbackOffset);

/// <summary>Where a probe site lies in its image.</summary>
/// <param name="Offset">The 5-byte NOP; -1 when the site is dead code.</param>
/// <param name="Arguments">Where each argument is when the NOP is reached.</param>
/// <param name="Live">BPF registers that a hit must preserve.</param>
/// <param name="ArmingOffset">For a lazy probe the arming NOP; else -1.</param>
/// <param name="ArmedOffset">For a lazy probe the code at which the arming jump lands; else -1.</param>
public sealed record SiteCode(int Offset, ImmutableArray<MachineArgument> Arguments, RegisterSet Live, int ArmingOffset, int ArmedOffset);

/// <summary>Kinds of <see cref="MachineArgument"/>.</summary>
public enum MachineArgumentKind
{
    /// <summary>A BPF register, in the machine register that the convention gives it.</summary>
    Register,

    /// <summary>8 bytes at a displacement from rbp.</summary>
    StackSlot,

    /// <summary>A constant.</summary>
    Constant,
}

/// <summary>Machine location of a probe argument.</summary>
/// <param name="Kind">Which of the others means something.</param>
/// <param name="Register">The BPF register.</param>
/// <param name="Value">Displacement or constant.</param>
public readonly record struct MachineArgument(MachineArgumentKind Kind, Register Register, long Value);
