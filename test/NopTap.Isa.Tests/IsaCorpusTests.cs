// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Cases;

namespace NopTap.Isa.Tests;

public sealed class IsaCorpusTests
{
    // Legal, but without meaning on plain memory: packet loads need a packet, kernel functions and address spaces a kernel.
    static bool NeedsMoreThanMemory(Instruction instruction) =>
        instruction.IsPacketLoad || instruction.IsKfuncCall || instruction.IsHelperCall || (instruction.IsWideLoad && instruction.Source is not (0 or (Register)PseudoSource.Function))
        || instruction is { Opcode: Opcode.Alu64 | Opcode.Mov | Opcode.X, Offset: 1 };

    // Opcode and whatever else selects the variant.
    static (byte, int, int) VariantOf(Instruction instruction) => (
        instruction.Opcode,
        instruction.IsArithmetic && instruction.Operation is Opcode.Mov or Opcode.Div or Opcode.Mod ? instruction.Offset : 0,
        instruction.IsAtomic || (instruction.IsArithmetic && instruction.Operation == Opcode.End) ? instruction.Immediate
            : instruction.IsCall || instruction.IsWideLoad ? (int)instruction.Source : 0);

    [Fact]
    public void CoversEveryLegalInstruction()
    {
        HashSet<(byte, int, int)> covered = [];
        foreach (TestCase test in Corpus.Load("isa", "asm", "mem", "post", "result"))
        {
            Instruction[] program = [.. test.Program];
            Assert.Null(InstructionChecks.CheckAll(program, new DiagnosticPlace { File = test.Name }));
            Assert.NotNull(test.Result);
            for (int n = 0; n < program.Length; n += program[n].SlotCount)
                covered.Add(VariantOf(program[n]));
        }

        string missing = string.Join('\n', LegalInstructions.Draw(1)
            .Where(code => !NeedsMoreThanMemory(code[0]) && !covered.Contains(VariantOf(code[0])))
            .Select(code => InstructionFormatter.Format(code.AsSpan(), 0)));
        Assert.Equal("", missing);
    }

    [Fact]
    public void EveryCaseFileOfTheRepositoryKeepsToTheFormat()
    {
        string corpus = TestKit.Repository.PathOf("test", "corpus");
        foreach (string file in Directory.EnumerateFiles(corpus, "*.case", SearchOption.AllDirectories))
            Assert.NotEmpty(CaseFile.Read(file));
    }
}
