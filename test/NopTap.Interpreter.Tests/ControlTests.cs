// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Interpreter.Tests;

public sealed unsafe class ControlTests
{
    static readonly InterpreterImports s_packet = new()
    {
        Helpers = new Dictionary<int, nint>
        {
            [-1] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&LoadPacket,
            [-2] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&LoadPacket,
            [-3] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&LoadPacket,
        }.ToFrozenDictionary(),
    };

    [Fact]
    public void EndsWhenTheBudgetIsSpent()
    {
        var imports = new InterpreterImports { InstructionBudget = 1000 };
        Diagnostic diagnostic = Guest.Fault(InterpreterDiagnostics.BudgetSpent, "again: goto again", imports);
        Assert.Contains("1000", diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(0UL, Guest.Run("r0 = 0\nexit", imports with { InstructionBudget = 2 }));
        Guest.Fault(InterpreterDiagnostics.BudgetSpent, "r0 = 0\nexit", imports with { InstructionBudget = 1 });
    }

    [Fact]
    public void CountsCallbacksAgainstTheBudget() => Guest.Fault(
        InterpreterDiagnostics.BudgetSpent,
        "r1 = 1000000\nr2 = subprog[callback]\nr3 = 0\nr4 = 0\ncall 181\nexit\ncallback: r0 = 0\nexit",
        new InterpreterImports { InstructionBudget = 5000 });

    [Fact]
    public void BreaksLoopsWhoseBudgetIsSpent()
    {
        // Each call has a budget of its own.
        const string Assembly = """
            call spin
            r6 = r0
            call spin
            r0 += r6
            exit
            spin: r0 = 0
            again: may_goto out
            r0 += 1
            goto again
            out: exit
            """;
        Assert.Equal(20UL, Guest.Run(Assembly, new InterpreterImports { LoopBudget = 10 }));
    }

    [Theory]
    [InlineData(0xff, 0, 0, 0)]
    [InlineData(Opcode.Alu64 | Opcode.Mov | Opcode.X, 11, 0, 0)]
    [InlineData(Opcode.Alu64 | Opcode.Mov | Opcode.X, 0xb0, 0, 0)]
    [InlineData(Opcode.Alu64 | Opcode.Mov, 10, 0, 0)]
    [InlineData(Opcode.Alu64 | Opcode.Mov | Opcode.X, 0, 7, 0)]
    [InlineData(Opcode.Alu | Opcode.Mov | Opcode.X, 0, 32, 0)]
    [InlineData(Opcode.Alu64 | Opcode.Mov, 0, 8, 0)]
    [InlineData(Opcode.Alu64 | Opcode.Div, 0, 2, 3)]
    [InlineData(Opcode.Alu64 | Opcode.End, 0, 0, 24)]
    [InlineData(Opcode.Alu64 | 0xe0, 0, 0, 0)]
    [InlineData(Opcode.Alu | 0xf0, 0, 0, 0)]
    [InlineData(Opcode.Jmp32 | Opcode.Exit, 0, 0, 0)]
    [InlineData(Opcode.Jmp32 | Opcode.Call, 0, 0, 0)]
    [InlineData(Opcode.Jmp | Opcode.Call, 0x20, 0, 1)]
    [InlineData(Opcode.Jmp | 0xf0, 0, 0, 0)]
    [InlineData(Opcode.Ldx | Opcode.Abs, 0, 0, 0)]
    [InlineData(Opcode.Ldx | Opcode.MemSx | Opcode.DW, 0xa0, -8, 0)]
    [InlineData(Opcode.St | Opcode.Atomic, 10, -8, 0)]
    [InlineData(Opcode.Stx | Opcode.Imm, 10, -8, 0)]
    [InlineData(Opcode.Stx | Opcode.Atomic | Opcode.H, 10, -8, 0)]
    [InlineData(Opcode.Stx | Opcode.Atomic | Opcode.W, 10, -8, 0x77)]
    [InlineData(Opcode.Stx | Opcode.Atomic | Opcode.DW, 10, -8, 0x77)]
    [InlineData(Opcode.Ld | Opcode.Abs, 0, 0, 0)]
    [InlineData(Opcode.Ld | Opcode.Abs | Opcode.DW, 0, 0, 0)]
    [InlineData(Opcode.Ld | Opcode.Mem, 0, 0, 0)]
    public void RefusesInstructionsWithoutAMeaning(byte opcode, byte registers, short offset, int immediate)
    {
        VerifiedProgram program = Trust(new Instruction(opcode, registers, offset, immediate), new(Opcode.Jmp | Opcode.Exit, 0, 0, 0));
        Assert.Equal(InterpreterDiagnostics.InvalidInstruction.Id, Fault(program).Id);
    }

    [Fact]
    public void RefusesToRunOffTheProgram()
    {
        Assert.Equal(InterpreterDiagnostics.InvalidInstruction.Id, Fault(Trust(new Instruction(Opcode.Alu64 | Opcode.Mov, 0, 0, 0))).Id);
        Assert.Equal(InterpreterDiagnostics.InvalidInstruction.Id, Fault(Trust(new Instruction(Opcode.Jmp | Opcode.Ja, 0, -5, 0))).Id);
        Assert.Equal(InterpreterDiagnostics.InvalidInstruction.Id, Fault(Trust(new Instruction(Opcode.LdImm64, 0, 0, 0))).Id);
    }

    [Fact]
    public void NamesTheSourceLineOfAFault()
    {
        var program = UnverifiedProgram.TrustUnverified(new ProgramSpec
        {
            Name = "count",
            SectionName = "xdp",
            Instructions = Assembler.Parse("r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit"),
            Functions = [new FunctionSpec("count", 0, 3, true, 0)],
            Lines = [new LineInfo(0, "count.bpf.c", "", 10, 1), new LineInfo(1, "count.bpf.c", "", 12, 3)],
        });
        string text = Fault(program).ToString();
        Assert.StartsWith("BPF4501: program 'count' insn 1 (count.bpf.c:12): load of 1 bytes at 0x0", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r0 = *(u8 *)skb[3]", 3)]
    [InlineData("r0 = *(u16 *)skb[40]", 40)]
    [InlineData("r2 = 4\nr0 = *(u32 *)skb[r2 + 6]", 10)]
    public void LoadsFromThePacketThroughHelpers(string load, ulong offset) =>
        Assert.Equal(0x100 + offset, Guest.Run($"r6 = 256\n{load}\nexit", s_packet));

    [Fact]
    public void ReturnsZeroFromAFunctionThatLoadsBehindThePacket() =>
        Assert.Equal(5UL, Guest.Run("r6 = 256\ncall load\nr0 += 5\nexit\nload: r6 = 256\nr0 = *(u8 *)skb[100]\nr0 = 9\nexit", s_packet));

    static VerifiedProgram Trust(params ReadOnlySpan<Instruction> code) => UnverifiedProgram.TrustUnverified(new ProgramSpec
    {
        Name = "guest",
        SectionName = "test",
        Instructions = ImmutableArray.Create(code),
        Functions = [new FunctionSpec("entry", 0, code.Length, false, 0)],
    });

    static Diagnostic Fault(VerifiedProgram program) => Assert.Throws<BpfFaultException>(() => Guest.Run(program)).Diagnostic;

    // A packet of 64 bytes each of which is 0x100, so to say, plus its offset.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong LoadPacket(ulong context, ulong offset, ulong r3, ulong r4, ulong r5, nint threadBlock) =>
        offset < 64 ? context + offset : unchecked((ulong)-1L);
}
