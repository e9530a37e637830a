// SPDX-License-Identifier: Apache-2.0

using NopTap.Fuzz;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Engines;
using NopTap.Verifier;

namespace NopTap.Conformance.Tests;

/// <summary>A slice of the random programs; NopTap.Fuzz runs as many as one likes.</summary>
public sealed class FuzzTests
{
    const int Programs = 400;

    [Fact]
    public void EnginesAgreeOnRandomPrograms()
    {
        CampaignResult result = Campaign.Run(seed: 1, static programs => programs < Programs, kernelEvery: 20);
        Assert.True(result.Finds.Count == 0, string.Join("\n\n", result.Finds.Select(CaseFile.Write)));
        // They are safe, and the kernel takes them: so must the verifier. Both want the context of bpf_loop on the stack, and here it is the memory.
        Assert.All(result.Rejected.Keys, static id => Assert.Equal(VerifierDiagnostics.HelperArgument.Id, id));
        Assert.True(result.Rejected.Values.Sum() < Programs / 8, "few programs are proved, so few are compiled with facts");
        Assert.Equal(Programs, result.Programs);
    }

    [Fact]
    public void SomeRandomProgramsAreCalledBack()
    {
        int loops = 0;
        for (ulong seed = 0; seed < 200; seed++)
            loops += ProgramGenerator.Generate(seed).Code.Count(i => i.IsHelperCall && i.Immediate == (int)HelperId.Loop);
        Assert.True(loops > 10, $"only {loops} calls of bpf_loop");
    }

    [Fact]
    public void EqualSeedsGiveEqualPrograms()
    {
        GeneratedProgram first = ProgramGenerator.Generate(77);
        GeneratedProgram second = ProgramGenerator.Generate(77);
        Assert.Equal(first.Code, second.Code);
        Assert.Equal(first.Memory, second.Memory);
        Assert.NotEqual(first.Code, ProgramGenerator.Generate(78).Code);
    }

    [Fact]
    public void RandomProgramsHaveEveryKindOfInstruction()
    {
        var opcodes = new HashSet<(int Opcode, int Variant, int Selector)>();
        for (ulong seed = 0; seed < 500; seed++)
        {
            foreach (Instruction instruction in ProgramGenerator.Generate(seed).Code)
                opcodes.Add(Kind(instruction));
        }

        // Arithmetic: 48 binary operations, 8 signed divisions, 5 sign-extending moves, 2 negations, 9 byte orders. 44 comparisons. goto,
        // gotol, call, exit, both slots of a wide load. 15 plain accesses, 20 atomic updates, 8 ordered accesses.
        Assert.Equal(48 + 8 + 5 + 2 + 9 + 44 + 6 + 15 + 20 + 8, opcodes.Count);
        Assert.Contains((Opcode.Alu64 | Opcode.Mod | Opcode.X, 1, 0), opcodes);
        Assert.Contains((Opcode.Alu | Opcode.Mov | Opcode.X, 16, 0), opcodes);
        Assert.Contains((Opcode.Jmp32 | Opcode.Ja, 0, 0), opcodes);
        Assert.Contains((Opcode.Stx | Opcode.Atomic | Opcode.W, 0, AtomicOperation.CompareExchange), opcodes);
        Assert.Contains((Opcode.Stx | Opcode.Atomic | Opcode.B, 0, AtomicOperation.LoadAcquire), opcodes);
        Assert.Contains((Opcode.Ldx | Opcode.MemSx | Opcode.H, 0, 0), opcodes);
        Assert.Contains((Opcode.Jmp | Opcode.Call, 0, 0), opcodes);
    }

    [Fact]
    public void CasesOfFindsCanBeReadBack()
    {
        GeneratedProgram program = ProgramGenerator.Generate(5);
        string text = CaseFile.Write(new Find(program, "for the test"));
        var test = Assert.Single(TestKit.Cases.CaseFile.Parse(text, "fuzz-5.case"));
        Assert.Equal(program.Code, test.Program);
        Assert.Equal(program.Memory.AsSpan(), test.Memory);
        EngineRun run = Engine.Interpreter.Run(UnverifiedProgram.TrustUnverified(test.Program), test.Memory);
        Assert.Equal(test.Result, run.Result);
        Assert.Equal(test.MemoryAfter, run.Memory);
    }

    static (int, int, int) Kind(Instruction instruction) => instruction.IsArithmetic
        ? (instruction.Opcode, instruction.Offset, instruction.Operation == Opcode.End ? instruction.Immediate : 0)
        : (instruction.Opcode, 0, instruction.IsAtomic ? instruction.Immediate : 0);
}
