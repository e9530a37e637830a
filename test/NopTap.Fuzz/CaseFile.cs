// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Engines;

namespace NopTap.Fuzz;

/// <summary>Writes a find as a corpus case, so that it stays tried.</summary>
public static class CaseFile
{
    /// <summary>Text of a case: the program, its memory, and what the interpreter makes of them.</summary>
    /// <remarks>Which engine is wrong is for a person to say: check the result before the file becomes part of the corpus.</remarks>
    public static string Write(Find find)
    {
        GeneratedProgram program = find.Program;
        EngineRun run = Engine.Interpreter.Run(UnverifiedProgram.TrustUnverified(program.Code), program.Memory.AsSpan());
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# seed {program.Seed}, reduced: {find.Difference}\n-- asm\n");
        text.Append(InstructionFormatter.FormatAll(program.Code.AsSpan()));
        AppendHex(text, "mem", program.Memory.AsSpan());
        AppendHex(text, "post", run.Memory);
        text.Append(CultureInfo.InvariantCulture, $"-- result\n0x{run.Result:x}\n");
        return text.ToString();
    }

    static void AppendHex(StringBuilder text, string section, ReadOnlySpan<byte> bytes)
    {
        const int BytesPerLine = 32;
        text.Append(CultureInfo.InvariantCulture, $"-- {section}\n");
        for (int at = 0; at < bytes.Length; at += BytesPerLine)
            text.Append(Convert.ToHexStringLower(bytes[at..Math.Min(at + BytesPerLine, bytes.Length)])).Append('\n');
    }
}
