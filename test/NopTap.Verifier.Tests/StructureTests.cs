// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Tests;

public sealed class StructureTests
{
    public static TheoryData<string, string, int> Refused => new()
    {
        { "r0 = 0\ngoto -3\nexit", VerifierDiagnostics.JumpOutOfFunction.Id, 1 },
        { "r0 = 0\nif r0 == 0 goto +1\nexit\nfn_a:\nexit", VerifierDiagnostics.JumpOutOfFunction.Id, 1 },
        { "r0 = 0\ngoto +1\nr1 = 5 ll\nexit", VerifierDiagnostics.JumpIntoWideLoad.Id, 1 },
        { "r0 = 0\nif r0 == 0 goto -2", VerifierDiagnostics.FallsOffFunction.Id, 1 },
        { "r0 = 0\nr1 = 1\nfn_a:\nexit", VerifierDiagnostics.FallsOffFunction.Id, 1 },
        { "call pc+1\nexit\nr0 = 0\nexit", VerifierDiagnostics.BadCallTarget.Id, 0 },
        { "r1 = subprog[+7]\nr0 = 0\nexit", VerifierDiagnostics.BadCallTarget.Id, 0 },
        { "r0 = 0\ncall 147\nexit", VerifierDiagnostics.HelperNotImplemented.Id, 1 },
        { "r0 = 0\ncall 70000\nexit", VerifierDiagnostics.UnknownHelper.Id, 1 },
        { "call kfunc#1234\nexit", VerifierDiagnostics.KernelFunction.Id, 0 },
        { "r1 = btf[5]\nr0 = 0\nexit", VerifierDiagnostics.KernelVariable.Id, 0 },
        { "r2 = 0\ncallx r2\nexit", VerifierDiagnostics.IndirectCall.Id, 1 },
        { "r1 = map[idx:9]\nr0 = 0\nexit", VerifierDiagnostics.UnknownMap.Id, 0 },
        { "r1 = map[fd:3]\nr0 = 0\nexit", VerifierDiagnostics.UnknownMap.Id, 0 },
        { "r1 = map[idx:0][0]+16\nr0 = 0\nexit", VerifierDiagnostics.UnknownMap.Id, 0 },
        { "r0 = 0\n*(u64 *)(r10 - 520) = r0\nexit", VerifierDiagnostics.StackOutOfBounds.Id, 1 },
        { "r0 = 0\n*(u64 *)(r10 - 4) = r0\nexit", VerifierDiagnostics.StackOutOfBounds.Id, 1 },
        { "r0 = *(u8 *)(r10 + 0)\nexit", VerifierDiagnostics.StackOutOfBounds.Id, 0 },
        { "r0 = 0\n*(u32 *)(r10 - 6) = r0\nexit", VerifierDiagnostics.StackMisaligned.Id, 1 },
        { "call fn_a\nexit\nfn_a:\ncall fn_a\nexit", VerifierDiagnostics.Recursion.Id, 2 },
        { "call fn_a\nexit\nfn_a:\ncall fn_b\nexit\nfn_b:\ncall fn_a\nexit", VerifierDiagnostics.Recursion.Id, 4 },
        { DeepCalls(8), VerifierDiagnostics.CallsTooDeep.Id, 14 },
        { "exit", VerifierDiagnostics.UninitializedRegister.Id, 0 },
        { "r0 = r3\nexit", VerifierDiagnostics.UninitializedRegister.Id, 0 },
        { "r0 = 1\nif r1 == 0 goto +1\nr6 = 1\nr0 += r6\nexit", VerifierDiagnostics.UninitializedRegister.Id, 3 },
        { "call ktime_get_ns\nr0 = r1\nexit", VerifierDiagnostics.UninitializedRegister.Id, 1 },
        { "r1 = map[idx:0]\ncall map_lookup_elem\nexit", VerifierDiagnostics.UninitializedRegister.Id, 2 },
        { "call fn_a\nexit\nfn_a:\nr6 = 1\nexit", VerifierDiagnostics.UninitializedRegister.Id, 1 },
        { "r1 = 1\ncall fn_a\nexit\nfn_a:\nr0 = r2\nexit", VerifierDiagnostics.UninitializedRegister.Id, 3 },
    };

    static string DeepCalls(int callees)
    {
        string text = "call fn_0\nexit\n";
        for (int i = 0; i < callees; i++)
            text += $"fn_{i}:\n{(i + 1 < callees ? $"call fn_{i + 1}" : "r0 = 0")}\nexit\n";
        return text;
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void RefusesWithItsDiagnosticAtTheInstruction(string text, string id, int slot)
    {
        Diagnostic? rejection = ProgramVerifier.Verify(Asm.Request(text)).Rejection;
        Assert.NotNull(rejection);
        Assert.Equal(id, rejection.Id);
        Assert.Equal(slot, rejection.Place.Instruction);
        Assert.NotEmpty(rejection.Hint);
    }

    [Theory]
    [InlineData("r0 = 0\nexit")]
    [InlineData("r0 = 0\ngotol +1\nr0 = 1\nexit")]
    [InlineData("r0 = 0\nmay_goto +1\ngoto -2\nexit")]
    [InlineData("call fn_a\nexit\nfn_a:\nr0 = 2\nexit")]
    [InlineData("r6 = 1\nr0 = r6\nexit\nr0 = r9\nexit")] // dead code reads what it wants
    [InlineData("r0 = 0\n*(u64 *)(r10 - 512) = r0\nr0 = *(u8 *)(r10 - 512)\nexit")]
    public void AcceptsSoundStructure(string text) => Assert.Null(ProgramVerifier.Verify(Asm.Request(text)).Rejection);

    [Fact]
    public void AcceptsEightFrames() => Assert.Null(ProgramVerifier.Verify(Asm.Request(DeepCalls(7))).Rejection);

    [Fact]
    public void RefusesIllegalInstructionsInTheWordsOfTheInstructionSet()
    {
        VerificationRequest request = Asm.Request("r0 = 0\nexit");
        request = request with { Program = request.Program with { Instructions = [new(0xff, 0, 0, 0), request.Program.Instructions[1]] } };
        Assert.Equal(IsaDiagnostics.UnknownOpcode.Id, ProgramVerifier.Verify(request).Rejection?.Id);
        request = request with { Program = request.Program with { Instructions = [Ins.Mov64(Register.R10, 0), request.Program.Instructions[1]] } };
        Assert.Equal(IsaDiagnostics.FramePointerWritten.Id, ProgramVerifier.Verify(request).Rejection?.Id);
    }

    [Fact]
    public void RefusesFunctionsThatDoNotTileTheProgram()
    {
        VerificationRequest request = Asm.Request("r0 = 0\nexit");
        ImmutableArray<FunctionSpec>[] wrong =
        [
            [],
            [new("main", 0, 1, false, 0)],
            [new("main", 1, 1, false, 0)],
            [new("main", 0, 3, false, 0)],
            [new("main", 0, 2, false, 0), new("other", 2, 0, false, 0)],
            [new("main", 0, int.MaxValue, false, 0)],
        ];
        foreach (ImmutableArray<FunctionSpec> functions in wrong)
        {
            VerificationResult result = ProgramVerifier.Verify(request with { Program = request.Program with { Functions = functions } });
            Assert.Equal(VerifierDiagnostics.MalformedProgram.Id, result.Rejection?.Id);
        }
    }

    [Fact]
    public void RefusesMoreThanAMillionSlots()
    {
        VerificationRequest request = Asm.Request("r0 = 0\nexit");
        ImmutableArray<Instruction> code = [.. Enumerable.Repeat(request.Program.Instructions[0], 1_000_000), request.Program.Instructions[1]];
        ProgramSpec program = request.Program with { Instructions = code, Functions = [new("main", 0, code.Length, false, 0)] };
        Assert.Equal(VerifierDiagnostics.ProgramTooLarge.Id, ProgramVerifier.Verify(request with { Program = program }).Rejection?.Id);
    }

    [Fact]
    public void NamesTheHelperThatIsMissing()
    {
        Diagnostic rejection = ProgramVerifier.Verify(Asm.Request("r0 = 0\ncall 147\nexit")).Rejection!;
        Assert.Contains("bpf_d_path", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TellsAHelperThatIsMissingFromOneThatTheTypeMayNotCall()
    {
        VerificationRequest request = Asm.Request("r0 = 0\ncall timer_init\nexit");
        Diagnostic missing = ProgramVerifier.Verify(request).Rejection!;
        Assert.Equal("BPF4005", missing.Id);
        Assert.DoesNotContain("register", missing.ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot be added by the host", missing.Hint, StringComparison.Ordinal);
        request = Asm.Request("r0 = 0\ncall xdp_adjust_head\nexit") with { Helpers = System.Collections.Frozen.FrozenDictionary<int, HelperSignature>.Empty };
        Diagnostic forbidden = ProgramVerifier.Verify(request).Rejection!;
        Assert.Equal(VerifierDiagnostics.UnknownHelper.Id, forbidden.Id);
        Assert.DoesNotContain("register", forbidden.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void ARequestWithoutAContextIsRefused() =>
        Assert.Equal(VerifierDiagnostics.ContextUnknown.Id, ProgramVerifier.Verify(Asm.Request("r0 = 0\nexit") with { Context = null! }).Rejection?.Id);

    [Fact]
    public void NamesTheSourceLine()
    {
        VerificationRequest request = Asm.Request("r0 = r3\nexit");
        request = request with { Program = request.Program with { Lines = [new LineInfo(0, "/src/count.bpf.c", "return x;", 31, 1)] } };
        Assert.Contains("(count.bpf.c:31)", ProgramVerifier.Verify(request).Rejection!.ToString(), StringComparison.Ordinal);
    }
}
