// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa.Tests;

public sealed class InstructionControlTests
{
    // Columns: opcode, registers, then whether it is a jump, unconditional, conditional, and whether the next instruction may follow.
    [Theory]
    [InlineData(0x05, 0x00, true, true, false, false)] // goto
    [InlineData(0x06, 0x00, true, true, false, false)] // gotol
    [InlineData(0xe5, 0x00, true, false, true, true)] // may_goto
    [InlineData(0x15, 0x01, true, false, true, true)] // if r1 == 0
    [InlineData(0xde, 0x21, true, false, true, true)] // if w1 s<= w2
    [InlineData(0x85, 0x00, false, false, false, true)] // call
    [InlineData(0x8d, 0x01, false, false, false, true)] // callx
    [InlineData(0x95, 0x00, false, false, false, false)] // exit
    [InlineData(0x07, 0x01, false, false, false, true)] // r1 += 0
    [InlineData(0x18, 0x01, false, false, false, true)] // wide load
    public void SortsControlFlow(int opcode, int registers, bool jump, bool unconditional, bool conditional, bool fallsThrough)
    {
        var instruction = new Instruction((byte)opcode, (byte)registers, 0, 0);
        Assert.Equal(jump, instruction.IsJump);
        Assert.Equal(unconditional, instruction.IsUnconditionalJump);
        Assert.Equal(conditional, instruction.IsConditionalJump);
        Assert.Equal(fallsThrough, instruction.FallsThrough);
    }

    [Fact]
    public void TakesTheDistanceOfGotolFromTheImmediate()
    {
        Assert.Equal(10 + 1 - 4, new Instruction(Opcode.Jmp | Opcode.Ja, 0, -4, 99).JumpTarget(10));
        Assert.Equal(10 + 1 + 70000, new Instruction(Opcode.Jmp32 | Opcode.Ja, 0, 99, 70000).JumpTarget(10));
        Assert.Equal(10 + 1 + 5, new Instruction(Opcode.Jmp | Opcode.Jcond, 0, 5, 99).JumpTarget(10));
        Assert.Equal(10 + 1 - 6, new Instruction(Opcode.Jmp | Opcode.Call, 0x10, 0, -6).CallTarget(10));
    }

    [Fact]
    public void TellsTheKindsOfCallsApart()
    {
        Instruction call = new(Opcode.Jmp | Opcode.Call, Register.R0, (Register)PseudoSource.HelperCall, 0, 5);
        Assert.True(call is { IsCall: true, IsHelperCall: true, IsProgramCall: false, IsKfuncCall: false, IsRegisterCall: false });
        call = new(Opcode.Jmp | Opcode.Call, Register.R0, (Register)PseudoSource.ProgramCall, 0, 5);
        Assert.True(call is { IsCall: true, IsHelperCall: false, IsProgramCall: true, IsKfuncCall: false, IsRegisterCall: false });
        call = new(Opcode.Jmp | Opcode.Call, Register.R0, (Register)PseudoSource.KfuncCall, 0, 5);
        Assert.True(call is { IsCall: true, IsHelperCall: false, IsProgramCall: false, IsKfuncCall: true, IsRegisterCall: false });
        call = new(Opcode.Jmp | Opcode.Call | Opcode.X, Register.R3, Register.R0, 0, 0);
        Assert.True(call is { IsCall: true, IsHelperCall: false, IsProgramCall: false, IsKfuncCall: false, IsRegisterCall: true });
        // The same operation bits in class JMP32 call nothing.
        call = new(Opcode.Jmp32 | Opcode.Call, 0, 0, 0);
        Assert.False(call.IsCall);
    }

    [Fact]
    public void OnlyGotoPlusZeroIsAProbeSite()
    {
        Assert.True(new Instruction(0x05, 0, 0, 0).IsNopGoto);
        Assert.False(new Instruction(0x05, 0, 1, 0).IsNopGoto);
        Assert.False(new Instruction(0x06, 0, 0, 0).IsNopGoto);
        Assert.False(new Instruction(0x15, 0, 0, 0).IsNopGoto);
    }
}
