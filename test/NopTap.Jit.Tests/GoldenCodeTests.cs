// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using NopTap.TestKit;
using NopTap.TestKit.Cases;

namespace NopTap.Jit.Tests;

/// <summary>Machine code of each kind of instruction, as it is committed in test/corpus/jit.</summary>
public sealed class GoldenCodeTests
{
    public static TheoryData<string> Cases() => [.. Corpus.Load("jit", "asm", "x64").Select(test => test.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void CodeIsAsCommitted(string name)
    {
        TestCase test = Corpus.Find("jit", name);
        CodeImage image = Compile(test);
        var text = new StringBuilder();
        foreach (MachineLine line in MachineText.Disassemble(image))
        {
            // The entry is the same for all.
            if (line.Offset < image.Functions[0].Offset)
                continue;
            if (line.Function >= 0)
                text.Append(CultureInfo.InvariantCulture, $"f{line.Function}:\n");
            text.Append(line.Slot >= 0 ? $"{line.Slot,3} " : "    ").Append(CultureInfo.InvariantCulture, $"{line.Text}\n");
        }

        Golden.CheckSection(test, "x64", text.ToString().TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnotherDisassemblerReadsTheSame(string name)
    {
        if (!Objdump.IsPresent)
            Assert.Skip("objdump is not installed");
        CodeImage image = Compile(Corpus.Find("jit", name));
        IEnumerable<string> have = MachineText.Disassemble(image).Select(line => $"{line.Offset:x}: {Objdump.Normal(line.Text)}");
        Assert.Equal(Objdump.Disassemble(image.Bytes.AsSpan()[..image.CodeLength]), have);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SameRequestGivesSameBytes(string name)
    {
        TestCase test = Corpus.Find("jit", name);
        Assert.Equal(Compile(test).Bytes, Compile(test).Bytes);
    }

    static CodeImage Compile(TestCase test) => ProgramCompiler.Compile(new CompilationRequest
    {
        Program = UnverifiedProgram.TrustUnverified(test.Program, test.Name),
        Helpers = new Dictionary<int, nint> { [5] = unchecked((nint)0x7f0000001000), [7] = unchecked((nint)0x7f0000002000) }.ToFrozenDictionary(),
        BaseAddress = 0,
    });
}
