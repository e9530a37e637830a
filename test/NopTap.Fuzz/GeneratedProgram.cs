// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Fuzz;

/// <summary>A random program and the memory it starts with. Equal seeds give equal programs.</summary>
/// <param name="Seed">Where it came from.</param>
/// <param name="Code">Slots.</param>
/// <param name="Pinned">Slots without which the program might not end, leave its memory or read what it has not written.</param>
/// <param name="Memory">Content of the memory in r1.</param>
public sealed record GeneratedProgram(
    ulong Seed, ImmutableArray<Instruction> Code, ImmutableArray<bool> Pinned, ImmutableArray<byte> Memory);
