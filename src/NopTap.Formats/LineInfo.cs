// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>Where an instruction comes from (<c>bpf_line_info</c>).</summary>
/// <param name="Instruction">First slot that the record covers.</param>
/// <param name="File">Source file as the compiler saw it.</param>
/// <param name="Text">The source line, untrimmed.</param>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column; 0 when unknown.</param>
public sealed record LineInfo(int Instruction, string File, string Text, int Line, int Column);
