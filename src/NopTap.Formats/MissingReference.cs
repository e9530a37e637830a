// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>An instruction that names what no one here has: a kernel symbol, a configuration variable without a value, an undefined symbol.</summary>
/// <remarks>It refuses nothing by itself: only a program of which a path reaches the instruction is refused.</remarks>
/// <param name="Instruction">Slot of the call or wide load.</param>
/// <param name="Name">What is missing.</param>
/// <param name="Reason">Says so, and what to do; the verifier adds the place.</param>
public sealed record MissingReference(int Instruction, string Name, Diagnostic Reason);
