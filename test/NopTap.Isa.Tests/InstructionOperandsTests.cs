// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa.Tests;

public sealed class InstructionOperandsTests
{
    // Fields of the slot, then the registers read and written as hexadecimal masks.
    [Theory]
    [InlineData(0x07, 0x01, 0, 8, 0x002, 0x002)] // r1 += 8
    [InlineData(0x0f, 0x21, 0, 0, 0x006, 0x002)] // r1 += r2
    [InlineData(0xb7, 0x03, 0, 1, 0x000, 0x008)] // r3 = 1
    [InlineData(0xbf, 0xa3, 0, 0, 0x400, 0x008)] // r3 = r10
    [InlineData(0xbf, 0x43, 8, 0, 0x010, 0x008)] // r3 = (s8)r4
    [InlineData(0x87, 0x05, 0, 0, 0x020, 0x020)] // r5 = -r5
    [InlineData(0xdc, 0x06, 0, 16, 0x040, 0x040)] // r6 = be16 r6
    [InlineData(0x18, 0x07, 0, 0, 0x000, 0x080)] // r7 = 0 ll
    [InlineData(0x00, 0x00, 0, 7, 0x000, 0x000)] // second slot of a wide load
    [InlineData(0x20, 0x00, 0, 0, 0x040, 0x03f)] // r0 = *(u32 *)skb[0]
    [InlineData(0x48, 0x70, 0, 0, 0x0c0, 0x03f)] // r0 = *(u16 *)skb[r7 + 0]
    [InlineData(0x79, 0x12, 0, 0, 0x002, 0x004)] // r2 = *(u64 *)(r1 + 0)
    [InlineData(0x91, 0x12, 0, 0, 0x002, 0x004)] // r2 = *(s8 *)(r1 + 0)
    [InlineData(0x62, 0x0a, -4, 1, 0x400, 0x000)] // *(u32 *)(r10 - 4) = 1
    [InlineData(0x7b, 0x2a, -8, 0, 0x404, 0x000)] // *(u64 *)(r10 - 8) = r2
    [InlineData(0xdb, 0x21, 0, 0x00, 0x006, 0x000)] // lock *(u64 *)(r1 + 0) += r2
    [InlineData(0xdb, 0x21, 0, 0x01, 0x006, 0x004)] // r2 = atomic64_fetch_add
    [InlineData(0xdb, 0x21, 0, 0xe1, 0x006, 0x004)] // r2 = xchg
    [InlineData(0xdb, 0x21, 0, 0xf1, 0x007, 0x001)] // r0 = cmpxchg
    [InlineData(0xd3, 0x21, 0, 0x100, 0x004, 0x002)] // r1 = load_acquire(r2)
    [InlineData(0xd3, 0x21, 0, 0x110, 0x006, 0x000)] // store_release(r1, r2)
    [InlineData(0x05, 0x00, 3, 0, 0x000, 0x000)] // goto
    [InlineData(0x06, 0x00, 0, 3, 0x000, 0x000)] // gotol
    [InlineData(0xe5, 0x00, 3, 0, 0x000, 0x000)] // may_goto
    [InlineData(0x15, 0x04, 3, 0, 0x010, 0x000)] // if r4 == 0
    [InlineData(0x1e, 0x54, 3, 0, 0x030, 0x000)] // if w4 == w5
    [InlineData(0x85, 0x00, 0, 1, 0x03e, 0x03f)] // call helper
    [InlineData(0x85, 0x10, 0, 1, 0x03e, 0x03f)] // call function
    [InlineData(0x8d, 0x06, 0, 0, 0x07e, 0x03f)] // callx r6
    [InlineData(0x95, 0x00, 0, 0, 0x001, 0x000)] // exit
    public void TellsWhichRegistersAreReadAndWritten(int opcode, int registers, int offset, int immediate, int reads, int writes)
    {
        var instruction = new Instruction((byte)opcode, (byte)registers, (short)offset, immediate);
        Assert.Equal(new RegisterSet((ushort)reads), instruction.ReadRegisters);
        Assert.Equal(new RegisterSet((ushort)writes), instruction.WrittenRegisters);
    }

    [Theory]
    [InlineData(0x79, 0x12, 0, true, false, 1)] // load
    [InlineData(0x81, 0x12, 0, true, false, 1)] // sign-extending load
    [InlineData(0x62, 0x0a, 0, false, true, 10)] // store of a constant
    [InlineData(0x7b, 0x2a, 0, false, true, 10)] // store of a register
    [InlineData(0xdb, 0x21, 0x01, true, true, 1)] // fetch and add
    [InlineData(0xd3, 0x21, 0x100, true, false, 2)] // load_acquire
    [InlineData(0xd3, 0x21, 0x110, false, true, 1)] // store_release
    public void TellsHowMemoryIsTouched(int opcode, int registers, int immediate, bool reads, bool writes, int address)
    {
        var instruction = new Instruction((byte)opcode, (byte)registers, 0, immediate);
        Assert.Equal(reads, instruction.ReadsMemory);
        Assert.Equal(writes, instruction.WritesMemory);
        Assert.Equal((Register)address, instruction.BaseRegister);
    }

    [Fact]
    public void JoinsBothHalvesOfAWideConstant()
    {
        var first = new Instruction(Opcode.LdImm64, 0, 0, unchecked((int)0x89abcdef));
        var second = new Instruction(0, 0, 0, 0x01234567);
        Assert.Equal(0x0123456789abcdefUL, first.WideImmediate(second));
    }

    [Fact]
    public void RegisterSetsBehaveAsSets()
    {
        RegisterSet set = RegisterSet.Of(Register.R0).With(Register.R6);
        Assert.Equal("r0,r6", set.ToString());
        Assert.Equal(2, set.Count);
        Assert.True(set.Contains(Register.R6));
        Assert.False(set.Contains(Register.R1));
        Assert.Equal(RegisterSet.Of(Register.R0), set.Without(Register.R6));
        Assert.Equal(RegisterSet.Of(Register.R0), set & RegisterSet.CallClobbered);
        Assert.True((RegisterSet.CallClobbered - RegisterSet.CallClobbered).IsEmpty);
        Assert.Equal(RegisterSet.All, RegisterSet.CallClobbered | RegisterSet.CallKept | RegisterSet.Of(Register.R10));
    }
}
