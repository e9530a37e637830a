// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.TestKit;

namespace NopTap.Isa.Tests;

public sealed class InstructionFormatterTests
{
    // The files hold what the tools themselves printed; they are evidence, and no run rewrites them.
    [Theory]
    [InlineData("kernel.txt", InstructionDialect.Kernel)]
    [InlineData("llvm.txt", InstructionDialect.Llvm)]
    public void WritesWhatTheToolsWrite(string file, InstructionDialect dialect)
    {
        string[] lines = File.ReadAllLines(Repository.PathOf("test", "NopTap.Isa.Tests", "Golden", file));
        Assert.True(lines.Length > 200);
        foreach (string line in lines.Where(line => !line.StartsWith('#')))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            ImmutableArray<Instruction> code = InstructionDecoder.Decode(Convert.FromHexString(line[..space]), new DiagnosticPlace { File = file });
            Assert.Equal(line[(space + 1)..], InstructionFormatter.Format(code.AsSpan(), 0, dialect));
        }
    }

    [Fact]
    public void WritesLlvmTargetsBesideTheirSymbol()
    {
        Instruction[] program = [.. Ins.LoadWide(Register.R1, 1), Ins.Jump64(Opcode.Jgt, Register.R1, 5, 1), Ins.Jump(-4), Ins.JumpLong(-6), Ins.Exit()];
        Assert.Equal("if r1 > 0x5 goto +0x1 <f+0x20>", InstructionFormatter.Format(program, 2, InstructionDialect.Llvm, "f"));
        Assert.Equal("goto -0x4 <f>", InstructionFormatter.Format(program, 3, InstructionDialect.Llvm, "f"));
        Assert.Equal("gotol -0x6 <f-0x8>", InstructionFormatter.Format(program, 4, InstructionDialect.Llvm, "f"));
        Assert.Equal("goto -0x4", InstructionFormatter.Format(program, 3, InstructionDialect.Llvm));
    }

    [Theory]
    [InlineData(1, 5, 0, "(18) r1 = map[fd:5]")]
    [InlineData(2, 5, 8, "(18) r1 = map[fd:5][0]+8")]
    [InlineData(3, 5, 0, "(18) r1 = btf[5]+0")]
    [InlineData(4, 5, 0, "(18) r1 = subprog[+5]")]
    [InlineData(5, 5, 0, "(18) r1 = map[idx:5]")]
    [InlineData(6, 5, 8, "(18) r1 = map[idx:5][0]+8")]
    public void WritesWhatAWideLoadNames(int kind, int low, int high, string want)
    {
        Instruction[] program = [new(Opcode.LdImm64, Register.R1, (Register)kind, 0, low), new(0, 0, 0, high)];
        Assert.Equal(want, InstructionFormatter.Format(program, 0));
    }

    [Theory]
    [InlineData(0x100, "w1 = load_acquire((u16 *)(r2 - 0x8))")]
    [InlineData(0x110, "store_release((u16 *)(r1 - 0x8), w2)")]
    public void WritesOrderedAccessesAsLlvm20(int operation, string want)
    {
        Assert.Equal(want, InstructionFormatter.Format(
            Ins.Atomic(Opcode.H, operation, Register.R1, -8, Register.R2), InstructionDialect.Llvm));
    }

    [Fact]
    public void ListsAProgramWithIndexes()
    {
        Instruction[] program = [.. Ins.LoadWide(Register.R0, 1), .. Enumerable.Repeat(Ins.Jump(0), 8), Ins.CallProgram(-1), new(0xff, 0, 0, 1)];
        string[] lines = InstructionFormatter.FormatAll(program).Split('\n');
        Assert.Equal(" 0: (18) r0 = 0x1", lines[0]);
        Assert.Equal(" 2: (05) goto pc+0", lines[1]);
        Assert.Equal("10: (85) call pc-1", lines[9]);
        Assert.Equal("11: .8byte 0x00000001000000ff", lines[10]);
        Assert.Equal("", lines[11]);
    }

    [Fact]
    public void WritesFieldsThatAreReservedAwayAndRegistersThatDoNotExistAsTheyAre()
    {
        Assert.Equal("(07) r12 += 8", InstructionFormatter.Format(new Instruction(0x07, 0x3c, 9, 8)));
        Assert.Equal(".8byte 0x0000000000000018", InstructionFormatter.Format([new Instruction(Opcode.LdImm64, 0, 0, 0)], 0));
    }
}
