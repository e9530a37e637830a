// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>Reads both dialects of <see cref="InstructionFormatter"/>, one instruction a line, and labels.</summary>
/// <remarks>
/// <code>
/// line    = [index ":"] { label ":" } [ "(" opcode ")" ] [ instruction ] [ comment ]
/// comment = ";" … | "//" … | "#" … at the start of a line
/// </code>
/// Jumps take a label, <c>+3</c> or <c>pc+3</c>; calls a helper's name or number, a label or <c>pc+3</c>. A constant of 64 bits ends in
/// <c>ll</c>. An opcode in front, as the kernel prints it, must be that of the instruction, and lets a number be written unsigned.
/// </remarks>
public static class Assembler
{
    /// <summary>Reads a text.</summary>
    /// <param name="text">Lines of instructions.</param>
    /// <returns>The slots.</returns>
    /// <exception cref="BpfFormatException">A line is no instruction; the diagnostic says which and why.</exception>
    public static ImmutableArray<Instruction> Parse(string text) => ParseProgram(text).Instructions;

    /// <summary>Reads a text and keeps its labels.</summary>
    /// <param name="text">Lines of instructions.</param>
    /// <param name="name">What diagnostics call the text.</param>
    /// <exception cref="BpfFormatException">A line is no instruction; the diagnostic says which and why.</exception>
    public static AssembledProgram ParseProgram(string text, string name = "asm")
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new AssemblyParser(name);
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
            parser.ParseLine(new AssemblyLine(line.ToString(), ++number, name));
        return parser.Finish();
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">Lines of instructions.</param>
    /// <param name="program">The slots; empty when the text is refused.</param>
    /// <param name="diagnostic">The first line that is no instruction, and why.</param>
    public static bool TryParse(string text, out ImmutableArray<Instruction> program, out Diagnostic? diagnostic)
    {
        try
        {
            program = Parse(text);
            diagnostic = null;
            return true;
        }
        catch (BpfFormatException e)
        {
            program = [];
            diagnostic = e.Diagnostic;
            return false;
        }
    }
}
