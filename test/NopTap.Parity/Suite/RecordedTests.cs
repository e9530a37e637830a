// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Parity.Suite;

/// <summary>The tests of <c>verifier/*.c</c>: tables of C, which the package's own test_verifier.c fills in and <c>record-tests.c</c> writes down.</summary>
static class RecordedTests
{
    /// <summary>All tests of a source, file by file.</summary>
    public static IEnumerable<RecordedCase> Of(SourceTree source)
    {
        string folder = Path.Combine(source.Tests, "verifier");
        if (!Directory.Exists(folder))
            yield break;
        foreach (string file in Directory.EnumerateFiles(folder, "*.c").Order(StringComparer.Ordinal))
        {
            foreach (RecordedTest test in Parse(Record(source, file)))
                yield return new RecordedCase(Path.GetFileName(file), test);
        }
    }

    static string Record(SourceTree source, string file)
    {
        string stem = Path.Combine(source.Work, "record-" + Path.GetFileNameWithoutExtension(file));
        string tools = Path.Combine(source.Root, "tools");
        Directory.CreateDirectory(Path.Combine(stem, "verifier"));
        File.WriteAllText(Path.Combine(stem, "verifier/tests.h"), $"#ifdef FILL_ARRAY\n#include \"{file}\"\n#endif\n");
        Tool.Must("gcc",
        [
            "-O0", "-w", "-no-pie", "-ffunction-sections", "-Wl,--gc-sections", "-Wl,--defsym=get_xlated_program=0",
            "-I" + stem, "-I" + source.Tests, $"-I{tools}/lib", $"-I{tools}/include", $"-I{tools}/include/uapi",
            "-o", stem + "/record", Repository.PathOf("test", "NopTap.Parity", "Suite", "record-tests.c"), source.Tests + "/cap_helpers.c", "-l:libbpf.so.1",
        ]);
        string records = stem + "/records";
        Tool.Must(stem + "/record", [records]);
        return records;
    }

    static List<RecordedTest> Parse(string path)
    {
        var tests = new List<RecordedTest>();
        foreach (string line in File.ReadLines(path))
        {
            string[] words = line.Split(' ', 6);
            if (words[0] == "T")
                tests.Add(new RecordedTest(words[5], words[3] == "2", [], [], [], [], []));
            else
                Add(tests[^1], line.Split(' '));
        }

        return tests;
    }

    static void Add(RecordedTest test, string[] words)
    {
        switch (words[0])
        {
            case "B":
                test.Types.Add(Number(words[1]), Bytes(words[2]));
                break;
            case "M":
                test.Maps.Add(new RecordedMap(
                    Number(words[1]), (MapType)Number(words[2]), Word(words[3]), Word(words[4]), Word(words[5]), Word(words[6]),
                    Number(words[7]), Number(words[8]), Number(words[9]), Number(words[10])));
                break;
            case "U":
                test.Entries.Add((Number(words[1]), Bytes(words[2]), Bytes(words[3])));
                break;
            case "P":
                ProgramType type = (ProgramType)Number(words[2]);
                test.Programs.Add(new RecordedProgram(
                    Number(words[1]), type == ProgramType.Unspec ? ProgramType.SocketFilter : type, (AttachType)Number(words[3]), Word(words[4]), Number(words[5]),
                    Number(words[6]), Number(words[7]), Bytes(words[8]), MemoryMarshal.Cast<byte, Instruction>(Bytes(words[9])).ToArray()));
                break;
            case "R":
                uint expected = Word(words[1]);
                // A packet of the kernel's test run has no length on the wire; here it has its own.
                bool isAny = test.IsRefused || expected == SuiteRun.AnyPointer || test.Name.Contains("wire_len", StringComparison.Ordinal);
                test.Runs.Add(new SuiteRun(Bytes(words[2]), isAny ? null : expected));
                break;
            default:
                throw new InvalidOperationException($"record '{words[0]}' is not known");
        }
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static uint Word(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    static byte[] Bytes(string text) => text == "-" ? [] : Convert.FromHexString(text);
}
