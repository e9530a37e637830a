// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NopTap.Jit.Tests;

/// <summary>A disassembler that shares no code with the one that encoded.</summary>
static partial class Objdump
{
    const string Path = "/usr/bin/objdump";

    internal static bool IsPresent => File.Exists(Path);

    internal static List<string> Disassemble(ReadOnlySpan<byte> code)
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, code);
            var start = new ProcessStartInfo(Path, ["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "-z", "--no-show-raw-insn", file])
            {
                RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return [.. Lines().Matches(output).Select(m => $"{m.Groups[1].Value}: {Normal(m.Groups[2].Value)}").Where(l => !l.EndsWith(": int3", StringComparison.Ordinal))];
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Text without what the two print differently: blanks, sizes that the registers tell, notes behind #.</summary>
    internal static string Normal(string text)
    {
        string[] parts = text.Split('#');
        string line = parts[0].Trim().ToLowerInvariant();
        if (parts.Length > 1)
            line = Relative().Replace(line, $"[{parts[1].Trim()}]");
        line = line.Replace(" ptr ", " ", StringComparison.Ordinal).Replace("movabs", "mov", StringComparison.Ordinal);
        line = Decimals().Replace(line.Replace(", ", ",", StringComparison.Ordinal), m => $"0x{int.Parse(m.Value, CultureInfo.InvariantCulture):x}");
        line = line.Replace("*0x1", "", StringComparison.Ordinal).Replace("+0x0]", "]", StringComparison.Ordinal);
        return Blanks().Replace(Sizes().Replace(line, ""), " ");
    }

    [GeneratedRegex(@"^\s*([0-9a-f]+):\s+(.+)$", RegexOptions.Multiline)]
    private static partial Regex Lines();

    [GeneratedRegex(@"(?<=[+\-*,\[])[0-9]+(?![0-9a-fx])")]
    private static partial Regex Decimals();

    [GeneratedRegex(@"\b[dq]?word |\bbyte ")]
    private static partial Regex Sizes();

    [GeneratedRegex(@"\[rip[+-]0x[0-9a-f]+\]")]
    private static partial Regex Relative();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
