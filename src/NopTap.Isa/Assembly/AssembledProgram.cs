// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>What <see cref="Assembler"/> makes of a text.</summary>
/// <param name="Instructions">The slots.</param>
/// <param name="Labels">Slot of each label.</param>
/// <param name="Lines">1-based line of the text for each slot; a wide load has its line twice.</param>
public sealed record AssembledProgram(
    ImmutableArray<Instruction> Instructions, ImmutableDictionary<string, int> Labels, ImmutableArray<int> Lines);
