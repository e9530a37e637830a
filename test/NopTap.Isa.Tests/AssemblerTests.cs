// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa.Tests;

public sealed class AssemblerTests
{
    [Fact]
    public void ResolvesLabels()
    {
        AssembledProgram program = Assembler.ParseProgram("""
            # a comment
            start:  r1 = 5
            again:
              r1 -= 1            ; another
              if r1 != 0 goto again
              gotol out
              call sub           // a third
            out: exit
            sub:
              r2 = subprog[sub]
              may_goto start
              exit
            """);
        Assert.Equal(0, program.Labels["start"]);
        Assert.Equal(1, program.Labels["again"]);
        Assert.Equal(5, program.Labels["out"]);
        Assert.Equal(-2, program.Instructions[2].Offset);
        Assert.Equal(1, program.Instructions[3].Immediate);
        Assert.True(program.Instructions[4].IsProgramCall);
        Assert.Equal(6, program.Instructions[4].CallTarget(4));
        Assert.Equal(6, program.Instructions[6].CallTarget(6));
        Assert.True(program.Instructions[6].IsFunctionReference);
        Assert.Equal(0, program.Instructions[8].JumpTarget(8));
        Assert.Equal([2, 4, 5, 6, 7, 8, 10, 10, 11, 12], program.Lines);
    }

    // Spellings beside those that the formatter prints.
    [Theory]
    [InlineData("call map_lookup_elem", "(85) call bpf_map_lookup_elem#1")]
    [InlineData("call bpf_ktime_get_ns", "(85) call bpf_ktime_get_ns#5")]
    [InlineData("call 5", "(85) call bpf_ktime_get_ns#5")]
    [InlineData("call unknown#70000", "(85) call unknown#70000")]
    [InlineData("r1 = *(u32*)(r2)", "(61) r1 = *(u32 *)(r2 +0)")]
    [InlineData("w1 = *(u32 *)(r2 + 0x10)", "(61) r1 = *(u32 *)(r2 +16)")]
    [InlineData("*(u8 *)(r10 - 1) = w3", "(73) *(u8 *)(r10 -1) = r3")]
    [InlineData("w1 = 0xffffffff", "(b4) w1 = -1")]
    [InlineData("r1 = 0xffffffff ll", "(18) r1 = 0xffffffff")]
    [InlineData("(18) r1 = 0xffffffffffffffff", "(18) r1 = 0xffffffffffffffff")]
    [InlineData("(25) if r1 > 0xfffffffc goto pc+1", "(25) if r1 > 0xfffffffc goto pc+1")]
    [InlineData("if r1 > 5 goto +1 <f+0x10>", "(25) if r1 > 0x5 goto pc+1")]
    [InlineData("goto -0x2 <.text>", "(05) goto pc-2")]
    [InlineData("12: (07) r1 += 8   ; R1=8", "(07) r1 += 8")]
    [InlineData("w2 = atomic_fetch_or((u32 *)(r1 + 0x8), w2)", "(c3) r2 = atomic_fetch_or((u32 *)(r1 +8), r2)")]
    [InlineData("r1 = map[fd:3][0]", "(18) r1 = map[fd:3][0]+0")]
    [InlineData("call kfunc#12@3", "(85) call kfunc#12@3")]
    public void ReadsOtherSpellings(string text, string want)
    {
        Assert.Equal(want, InstructionFormatter.Format(Assembler.Parse(text).AsSpan(), 0));
    }

    [Theory]
    [InlineData("r1 = ", 6)]
    [InlineData("r11 = 1", 1)]
    [InlineData("r1 == 1", 4)]
    [InlineData("r1 = w2", 6)]
    [InlineData("r1 = -r2", 7)]
    [InlineData("r1 = be16 r2", 11)]
    [InlineData("r1 = (s64)r2", 7)]
    [InlineData("w1 = (s32)w2", 7)]
    [InlineData("w1 = *(u64 *)(r2 + 0)", 6)]
    [InlineData("r1 = *(u128 *)(r2 + 0)", 8)]
    [InlineData("r1 = *(u32 *)skb[0]", 14)]
    [InlineData("*(s8 *)(r1 + 0) = 1", 3)]
    [InlineData("lock *(u8 *)(r1 + 0) += r2", 8)]
    [InlineData("lock *(u64 *)(r1 + 0) -= r2", 23)]
    [InlineData("r3 = atomic_fetch_add((u64 *)(r1 + 0), r2)", 40)]
    [InlineData("r2 = atomic64_fetch_add((u32 *)(r1 + 0), r2)", 26)]
    [InlineData("r2 = cmpxchg_64(r1 + 0, r0, r2)", 29)]
    [InlineData("if r1 ~ 2 goto +1", 7)]
    [InlineData("if r1 == 2 goto 1", 17)]
    [InlineData("goto 3", 6)]
    [InlineData("exit exit", 6)]
    [InlineData("frobnicate", 1)]
    [InlineData("r1: exit", 1)]
    [InlineData("r1 = addr_space_cast(r2, 1, 1)", 29)]
    [InlineData("r1 = map[id:3]", 10)]
    [InlineData("(07)", 5)]
    public void SaysWhereTheSyntaxIsWrong(string text, int column)
    {
        Diagnostic diagnostic = Refused("exit\n" + text);
        Assert.Equal(IsaDiagnostics.Syntax.Id, diagnostic.Id);
        Assert.Equal($"asm:2:{column}", diagnostic.Place.Source);
        Assert.Contains("expected", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysWhatWasFoundAndExpected()
    {
        Assert.Equal(
            "BPF1510: (asm:1:12): '1' found where a label, or a distance with its sign, was expected; fix the line",
            Refused("  may_goto 1").ToString());
    }

    [Theory]
    [InlineData("r1 = 0xffffffff")]
    [InlineData("r1 = -2147483649")]
    [InlineData("w1 = 0x100000000")]
    [InlineData("r1 = 99999999999999999999")]
    [InlineData("r1 = 5x")]
    [InlineData("r1 = -0x8000000000000001 ll")]
    [InlineData("r1 = *(u8 *)(r2 + 32768)")]
    [InlineData("if r1 > 0x80000000 goto +1")]
    [InlineData("goto +32768")]
    [InlineData("r1 = addr_space_cast(r2, 2, 1)")]
    public void RefusesNumbersThatDoNotFit(string text)
    {
        Assert.Equal(IsaDiagnostics.NumberOutOfRange.Id, Refused(text).Id);
    }

    [Fact]
    public void RefusesLabelsBeyondAShortJump()
    {
        string text = "goto out\n" + string.Concat(Enumerable.Repeat("r0 = 0\n", 32768)) + "out: exit";
        Assert.Equal(IsaDiagnostics.NumberOutOfRange.Id, Refused(text).Id);
        ImmutableArray<Instruction> program = Assembler.Parse(text.Replace("goto", "gotol", StringComparison.Ordinal));
        Assert.Equal(32769, program[0].JumpTarget(0));
    }

    [Theory]
    [InlineData("goto nowhere", "no label is called 'nowhere'")]
    [InlineData("call bpf_nothing", "no label or helper is called 'bpf_nothing'")]
    [InlineData("call bpf_ktime_get_ns#6", "helper 6 is not called 'bpf_ktime_get_ns'")]
    public void RefusesNamesThatNothingHas(string text, string message)
    {
        Diagnostic diagnostic = Refused(text);
        Assert.Equal(IsaDiagnostics.UnknownName.Id, diagnostic.Id);
        Assert.Equal(message, diagnostic.Message);
    }

    [Fact]
    public void RefusesASecondLabelOfTheSameName()
    {
        Diagnostic diagnostic = Refused("a: exit\na: exit");
        Assert.Equal(IsaDiagnostics.DuplicateLabel.Id, diagnostic.Id);
        Assert.Equal("asm:2:1", diagnostic.Place.Source);
    }

    [Fact]
    public void RefusesAnOpcodeThatIsNotTheTexts()
    {
        Assert.Equal(IsaDiagnostics.OpcodeMismatch.Id, Refused("(0f) r1 += 8").Id);
    }

    static Diagnostic Refused(string text)
    {
        Assert.False(Assembler.TryParse(text, out ImmutableArray<Instruction> program, out Diagnostic? diagnostic));
        Assert.Empty(program);
        Assert.NotNull(diagnostic);
        Assert.Equal(diagnostic, Assert.Throws<BpfFormatException>(() => Assembler.Parse(text)).Diagnostic);
        return diagnostic;
    }
}
