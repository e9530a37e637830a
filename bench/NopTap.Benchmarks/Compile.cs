// SPDX-License-Identifier: Apache-2.0

using BenchmarkDotNet.Attributes;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.TestKit;

namespace NopTap.Benchmarks;

/// <summary>How long does compilation take?</summary>
[MemoryDiagnoser]
public class Compile
{
    CompilationRequest _request = null!;

    /// <summary>BPF instructions in the program.</summary>
    [Params(20, 200, 2000)]
    public int Instructions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var code = new List<Instruction>();
        while (code.Count < Instructions - 1)
        {
            code.AddRange(
            [
                Ins.Load(Opcode.W, Register.R2, Register.R1, 4),
                Ins.Alu64(Opcode.And, Register.R2, 0xff),
                Ins.Jump64(Opcode.Jne, Register.R2, 17, 2),
                Ins.Mov64(Register.R0, Register.R2),
                Ins.Add64(Register.R0, 3),
                Ins.Store(Opcode.DW, Register.R10, -8, Register.R0),
            ]);
        }

        code.Add(Ins.Exit());
        _request = Execute.RequestOf(UnverifiedProgram.TrustUnverified([.. code]));
    }

    [Benchmark]
    public int ToMachineCode() => ProgramCompiler.Compile(_request).Bytes.Length;
}
