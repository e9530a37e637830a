// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa.Tests;

public sealed class AssemblyRoundTripTests
{
    [Theory]
    [InlineData(InstructionDialect.Kernel)]
    [InlineData(InstructionDialect.Llvm)]
    public void ReadsBackWhatItPrints(InstructionDialect dialect)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            foreach (ImmutableArray<Instruction> code in LegalInstructions.Draw(seed))
            {
                if (dialect == InstructionDialect.Llvm && IsAmbiguousInLlvm(code))
                    continue;
                string text = InstructionFormatter.Format(code.AsSpan(), 0, dialect);
                Assert.True(Assembler.TryParse(text, out ImmutableArray<Instruction> parsed, out Diagnostic? diagnostic), $"{text}: {diagnostic}");
                Assert.True(code.SequenceEqual(parsed), $"{text}: want {code[0]}, have {parsed[0]}");
            }
        }
    }

    // What the tool leaves out of its text: the kind of a call, the second immediate of a wide load that is no constant, and the
    // displacement of an indirect packet load.
    static bool IsAmbiguousInLlvm(ImmutableArray<Instruction> code) => IsAmbiguousInLlvm(code[0], code[^1]);

    static bool IsAmbiguousInLlvm(in Instruction instruction, in Instruction second) =>
        (instruction.IsWideLoad && instruction.Source != 0 && second.Immediate != 0) || instruction.IsProgramCall || instruction.IsKfuncCall
        || (instruction.IsPacketLoad && instruction.Mode == Opcode.Ind && instruction.Immediate != 0);

    [Theory]
    [InlineData(InstructionDialect.Kernel)]
    [InlineData(InstructionDialect.Llvm)]
    public void ReadsBackSlotsThatAreNoInstruction(InstructionDialect dialect)
    {
        var random = new Random(11);
        for (int n = 0; n < 5000; n++)
        {
            var slot = new Instruction((byte)random.Next(256), (byte)random.Next(256), (short)random.Next(), random.Next());
            string text = InstructionFormatter.Format([slot], 0, dialect);
            if (text.StartsWith(".8byte", StringComparison.Ordinal))
                Assert.Equal(slot, Assert.Single(Assembler.Parse(text)));
            else
                Assert.NotEqual(InstructionFault.UnknownOpcode, InstructionChecks.Find(slot));
        }
    }

    [Theory]
    [InlineData(InstructionDialect.Kernel)]
    [InlineData(InstructionDialect.Llvm)]
    public void ReadsBackAWholeListing(InstructionDialect dialect)
    {
        Instruction[] program = [.. LegalInstructions.Draw(5).Where(code => !IsAmbiguousInLlvm(code)).SelectMany(code => code)];
        string listing = InstructionFormatter.FormatAll(program, dialect);
        Assert.True(Assembler.TryParse(listing, out ImmutableArray<Instruction> parsed, out Diagnostic? diagnostic), diagnostic?.ToString());
        Assert.True(parsed.AsSpan().SequenceEqual(program));
    }

    [Fact]
    public void EverythingAnyoneTypesEndsInSlotsOrADiagnostic()
    {
        var random = new Random(13);
        string[] lines = [.. LegalInstructions.Draw(6).Select(code => InstructionFormatter.Format(code.AsSpan(), 0))];
        for (int n = 0; n < 4000; n++)
        {
            char[] text = lines[random.Next(lines.Length)].ToCharArray();
            for (int edits = random.Next(1, 4); edits > 0; edits--)
                text[random.Next(text.Length)] = (char)random.Next(32, 127);
            if (!Assembler.TryParse(new string(text), out _, out Diagnostic? diagnostic))
                Assert.NotNull(diagnostic);
        }
    }
}
