// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa.Tests;

public sealed class InstructionDecoderTests
{
    static readonly DiagnosticPlace s_place = new() { Section = "xdp" };

    [Fact]
    public void ReadsTheFieldsLittleEndian()
    {
        ImmutableArray<Instruction> program = InstructionDecoder.Decode([0x7b, 0x1a, 0xf8, 0xff, 0x04, 0x03, 0x02, 0x81], s_place);
        Instruction instruction = Assert.Single(program);
        Assert.Equal(0x7b, instruction.Opcode);
        Assert.Equal(Register.R10, instruction.Destination);
        Assert.Equal(Register.R1, instruction.Source);
        Assert.Equal(-8, instruction.Offset);
        Assert.Equal(unchecked((int)0x81020304), instruction.Immediate);
    }

    [Fact]
    public void EncodesWhatItDecoded()
    {
        byte[] code = new byte[64 * Instruction.Size];
        new Random(7).NextBytes(code);
        // No slot may be a wide load here: the last one would be cut.
        for (int n = 0; n < code.Length; n += Instruction.Size)
            code[n] |= 1;
        Assert.Equal(code, InstructionDecoder.Encode(InstructionDecoder.Decode(code, s_place).AsSpan()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(15)]
    public void RefusesPartOfASlot(int length)
    {
        Assert.False(InstructionDecoder.TryDecode(new byte[length], out ImmutableArray<Instruction> program, out Diagnostic? diagnostic, s_place));
        Assert.Empty(program);
        Assert.Equal(IsaDiagnostics.PartialSlot.Id, diagnostic?.Id);
        Assert.Equal("xdp", diagnostic?.Place.Section);
        Assert.Throws<BpfFormatException>(() => InstructionDecoder.Decode(new byte[length], s_place));
    }

    [Fact]
    public void RefusesHalfAWideLoad()
    {
        byte[] code = InstructionDecoder.Encode([Ins.Exit(), .. Ins.LoadWide(Register.R1, 5)]);
        Assert.True(InstructionDecoder.TryDecode(code, out _, out _));
        Assert.False(InstructionDecoder.TryDecode(code.AsSpan(0, 16), out _, out Diagnostic? diagnostic));
        Assert.Equal(IsaDiagnostics.IncompleteWideLoad.Id, diagnostic?.Id);
        Assert.Equal(1, diagnostic?.Place.Instruction);
    }

    [Fact]
    public void TakesASecondSlotForNoWideLoad()
    {
        // The high half may look like the first slot of a wide load.
        byte[] code = InstructionDecoder.Encode([.. Ins.LoadWide(Register.R1, 5)]);
        code[8] = Opcode.LdImm64;
        Assert.True(InstructionDecoder.TryDecode(code, out _, out _));
    }
}
