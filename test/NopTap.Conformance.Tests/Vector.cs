// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Conformance.Tests;

/// <summary>One instruction-set vector.</summary>
/// <param name="Name">Its name in the suite.</param>
/// <param name="Program">Slots.</param>
/// <param name="Memory">Content of the memory in r1.</param>
/// <param name="Result">r0 at the end.</param>
sealed record Vector(string Name, Instruction[] Program, byte[] Memory, ulong Result)
{
    static readonly Lazy<Dictionary<string, Vector>> s_all = new(ReadAll);

    /// <summary>All vectors by name; empty where the file is not at hand.</summary>
    public static IReadOnlyDictionary<string, Vector> All => s_all.Value;

    static Dictionary<string, Vector> ReadAll()
    {
        var vectors = new Dictionary<string, Vector>();
        if (Repository.ConformanceVectors is not { } path)
            return vectors;
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            string name = element.GetProperty("name").GetString()!;
            byte[] code = Convert.FromHexString(element.GetProperty("program").GetString()!);
            byte[] memory = Convert.FromHexString(element.GetProperty("memory").GetString()!);
            string result = element.GetProperty("result").GetString()!;
            vectors.Add(name, new Vector(name, MemoryMarshal.Cast<byte, Instruction>(code).ToArray(), memory, ParseHex(result)));
        }

        return vectors;
    }

    static ulong ParseHex(string text) =>
        ulong.Parse(text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
