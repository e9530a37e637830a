// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa.Tests;

public sealed class InstructionChecksTests
{
    [Fact]
    public void AcceptsEveryLegalInstruction()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            foreach (ImmutableArray<Instruction> code in LegalInstructions.Draw(seed))
                Assert.Null(InstructionChecks.CheckAll(code.AsSpan()));
        }
    }

    [Fact]
    public void RefusesEveryOtherOpcode()
    {
        HashSet<byte> legal = [.. LegalInstructions.Draw(1).Select(code => code[0].Opcode)];
        for (int opcode = 0; opcode < 256; opcode++)
        {
            var instruction = new Instruction((byte)opcode, 0, 0, 0);
            Assert.Equal(!legal.Contains((byte)opcode), InstructionChecks.Find(instruction) == InstructionFault.UnknownOpcode);
        }
    }

    // Each row: the slot, then the fault. An instruction with each of its unused fields set once, and each variant that does not exist.
    [Theory]
    [InlineData(0x07, 0x0b, 0, 0, InstructionFault.DestinationNoRegister)]
    [InlineData(0x0f, 0xb0, 0, 0, InstructionFault.SourceNoRegister)]
    [InlineData(0x07, 0x10, 0, 0, InstructionFault.SourceReserved)]
    [InlineData(0x07, 0x00, 1, 0, InstructionFault.OffsetReserved)]
    [InlineData(0x0f, 0x10, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x07, 0x0a, 0, 1, InstructionFault.FramePointerWritten)]
    [InlineData(0x87, 0x00, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x87, 0x10, 0, 0, InstructionFault.SourceReserved)]
    [InlineData(0x37, 0x00, 2, 1, InstructionFault.OffsetNoVariant)]
    [InlineData(0x9c, 0x00, -1, 0, InstructionFault.OffsetNoVariant)]
    [InlineData(0xbf, 0x00, 4, 0, InstructionFault.OffsetNoVariant)]
    [InlineData(0xbc, 0x00, 32, 0, InstructionFault.OffsetNoVariant)]
    [InlineData(0xbc, 0x00, 1, 1, InstructionFault.OffsetNoVariant)]
    [InlineData(0xbf, 0x00, 1, 2, InstructionFault.ImmediateNoVariant)]
    [InlineData(0xb7, 0x00, 8, 0, InstructionFault.OffsetReserved)]
    [InlineData(0xd4, 0x00, 0, 8, InstructionFault.ImmediateNoVariant)]
    [InlineData(0xd7, 0x10, 0, 16, InstructionFault.SourceReserved)]
    [InlineData(0x05, 0x01, 0, 0, InstructionFault.DestinationReserved)]
    [InlineData(0x05, 0x00, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x06, 0x00, 1, 0, InstructionFault.OffsetReserved)]
    [InlineData(0xe5, 0x10, 0, 0, InstructionFault.SourceReserved)]
    [InlineData(0xe5, 0x00, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x95, 0x00, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x15, 0x10, 0, 0, InstructionFault.SourceReserved)]
    [InlineData(0x1d, 0x10, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x85, 0x30, 0, 1, InstructionFault.SourceNoKind)]
    [InlineData(0x85, 0x01, 0, 1, InstructionFault.DestinationReserved)]
    [InlineData(0x85, 0x10, 1, 1, InstructionFault.OffsetReserved)]
    [InlineData(0x8d, 0x00, 0, 3, InstructionFault.ImmediateReserved)]
    [InlineData(0x18, 0x70, 0, 0, InstructionFault.SourceNoKind)]
    [InlineData(0x18, 0x00, 1, 0, InstructionFault.OffsetReserved)]
    [InlineData(0x18, 0x0a, 0, 0, InstructionFault.FramePointerWritten)]
    [InlineData(0x20, 0x10, 0, 0, InstructionFault.SourceReserved)]
    [InlineData(0x40, 0x11, 0, 0, InstructionFault.DestinationReserved)]
    [InlineData(0x40, 0x10, 1, 0, InstructionFault.OffsetReserved)]
    [InlineData(0x61, 0x10, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0x61, 0x1a, 0, 0, InstructionFault.FramePointerWritten)]
    [InlineData(0x62, 0x10, 0, 0, InstructionFault.SourceReserved)]
    [InlineData(0x63, 0x10, 0, 1, InstructionFault.ImmediateReserved)]
    [InlineData(0xdb, 0x10, 0, 0x10, InstructionFault.ImmediateNoVariant)]
    [InlineData(0xdb, 0x10, 0, 0xe0, InstructionFault.ImmediateNoVariant)]
    [InlineData(0xd3, 0x10, 0, 0x00, InstructionFault.AtomicWidth)]
    [InlineData(0xcb, 0x10, 0, 0xf1, InstructionFault.AtomicWidth)]
    [InlineData(0xdb, 0xa1, 0, 0x01, InstructionFault.FramePointerWritten)]
    [InlineData(0xdb, 0x1a, 0, 0x100, InstructionFault.FramePointerWritten)]
    public void NamesTheFieldThatIsWrong(int opcode, int registers, int offset, int immediate, InstructionFault want)
    {
        var instruction = new Instruction((byte)opcode, (byte)registers, (short)offset, immediate);
        Assert.Equal(want, InstructionChecks.Find(instruction));
        Diagnostic? diagnostic = InstructionChecks.Check([instruction, default], 0);
        Assert.NotNull(diagnostic);
        Assert.Equal(DescriptorOf(want).Id, diagnostic.Id);
        Assert.Equal(0, diagnostic.Place.Instruction);
        Assert.NotEmpty(diagnostic.Hint);
    }

    static DiagnosticDescriptor DescriptorOf(InstructionFault fault) => fault switch
    {
        InstructionFault.UnknownOpcode => IsaDiagnostics.UnknownOpcode,
        InstructionFault.DestinationNoRegister or InstructionFault.SourceNoRegister or InstructionFault.SourceNoKind => IsaDiagnostics.InvalidRegister,
        InstructionFault.OffsetNoVariant or InstructionFault.ImmediateNoVariant or InstructionFault.AtomicWidth => IsaDiagnostics.InvalidVariant,
        InstructionFault.FramePointerWritten => IsaDiagnostics.FramePointerWritten,
        _ => IsaDiagnostics.ReservedField,
    };

    [Fact]
    public void SaysOpcodeFieldAndValue()
    {
        Diagnostic? diagnostic = InstructionChecks.Check([default, new Instruction(0x61, 0x10, 0, 7)], 1, new DiagnosticPlace { Program = "p" });
        Assert.Equal(
            "BPF1505: program 'p' insn 1: immediate field of opcode 0x61 is 7, and this instruction does not use it; set it to 0",
            diagnostic?.ToString());
    }

    [Fact]
    public void RefusesUnknownOpcodes()
    {
        Assert.Equal(IsaDiagnostics.UnknownOpcode.Id, InstructionChecks.CheckAll([Ins.Exit(), new Instruction(0xff, 0, 0, 0)])?.Id);
    }

    [Fact]
    public void ChecksTheSecondSlotOfAWideLoad()
    {
        var first = new Instruction(Opcode.LdImm64, 0, 0, 0);
        Assert.Equal(IsaDiagnostics.IncompleteWideLoad.Id, InstructionChecks.Check([first], 0)?.Id);
        Assert.Equal(IsaDiagnostics.InvalidSecondSlot.Id, InstructionChecks.Check([first, Ins.Exit()], 0)?.Id);
        Assert.Equal(IsaDiagnostics.InvalidSecondSlot.Id, InstructionChecks.Check([first, new Instruction(0, 0x10, 0, 0)], 0)?.Id);
        Assert.Equal(IsaDiagnostics.InvalidSecondSlot.Id, InstructionChecks.Check([first, new Instruction(0, 0, 1, 0)], 0)?.Id);
        Assert.Null(InstructionChecks.Check([first, new Instruction(0, 0, 0, 1)], 0));
        Instruction map = first with { Registers = PseudoSource.MapFd << 4 };
        Assert.Equal(IsaDiagnostics.InvalidSecondSlot.Id, InstructionChecks.Check([map, new Instruction(0, 0, 0, 1)], 0)?.Id);
    }

    [Fact]
    public void AllocatesNothingForLegalCode()
    {
        Instruction[] program = [.. LegalInstructions.Draw(3).SelectMany(code => code)];
        InstructionChecks.CheckAll(program);
        long before = GC.GetAllocatedBytesForCurrentThread();
        InstructionChecks.CheckAll(program);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
