// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Trampolines;

/// <summary>Kinds of places at which a trampoline can be called.</summary>
internal enum TrampolinePlace : byte
{
    /// <summary>The entry of a function: the offset is the function's first instruction.</summary>
    FunctionEntry,

    /// <summary>A probe site: the offset is that of the NOP (<c>orig_off</c>).</summary>
    ProbeSite,
}

/// <summary>Names one trampoline. Functions and sites can never share a key, even when their offsets are equal.</summary>
/// <param name="ProgramId">Target program.</param>
/// <param name="Place">Kind of place.</param>
/// <param name="Offset">Instruction slot in the program as loaded.</param>
internal readonly record struct TrampolineKey(uint ProgramId, TrampolinePlace Place, int Offset);
