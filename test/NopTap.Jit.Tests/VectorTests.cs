// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Jit.Tests;

/// <summary>The public instruction-set vectors, when they are there.</summary>
public sealed unsafe class VectorTests
{
    static readonly string? s_file = Find();

    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (JsonElement vector in Vectors())
                names.Add(vector.GetProperty("name").GetString()!);
            if (names.Count == 0)
                names.Add("");
            return names;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void CompilerGivesTheResultOfTheVector(string name)
    {
        if (name.Length == 0)
            Assert.Skip("the instruction-set vectors are not beside the repository");
        JsonElement vector = Vectors().Single(v => v.GetProperty("name").GetString() == name);
        byte[] memory = Convert.FromHexString(vector.GetProperty("memory").GetString()!);
        string result = vector.GetProperty("result").GetString()!;
        string digits = result.StartsWith("0x", StringComparison.Ordinal) ? result[2..] : result;
        ulong want = ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte[] bytes = Convert.FromHexString(vector.GetProperty("program").GetString()!);
        ImmutableArray<Instruction> program = [.. MemoryMarshal.Cast<byte, Instruction>(bytes)];

        foreach (MachineFeatures features in new[] { MachineFeatures.None, MachineFeatureDetection.Current })
        {
            using var jit = new JitRunner(new CompilationRequest
            {
                Program = UnverifiedProgram.TrustUnverified(program),
                Helpers = new Dictionary<int, nint> { [5] = (nint)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, ulong>)&Unwind }
                    .ToFrozenDictionary(),
                BaseAddress = 0,
                Features = features,
            });
            Assert.Equal(want, jit.RunOn((byte[])memory.Clone()));
        }
    }

    // Helper 5 of the suite: its result says whether the program should be left, which no vector here does.
    [UnmanagedCallersOnly]
    static ulong Unwind(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, void* thread) => r1;

    static JsonElement.ArrayEnumerator Vectors() =>
        s_file is null ? default : JsonDocument.Parse(File.ReadAllText(s_file)).RootElement.EnumerateArray();

    static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "conformance", "vectors.json");
            if (File.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
