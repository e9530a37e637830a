// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Tests.Runtime;

/// <summary>A program may read stack that it never wrote, as in the kernel; what it finds there must not be the host's.</summary>
public sealed class UnwrittenStackTests
{
    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void HoldsZeroes(BpfEngine engine)
    {
        string sum = string.Join('\n', Enumerable.Range(1, 64).Select(n => $"r2 = *(u64 *)(r10 - {8 * n})\nr0 |= r2"));
        ImmutableArray<Instruction> code = Assembler.Parse($"r0 = 0\n{sum}\nr0 >>= 32\nexit");
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject loaded = runtime.Load(new BpfObjectSpec
        {
            Name = "peek.bpf.o",
            Programs =
            [
                new ProgramSpec
                {
                    Name = "peek",
                    SectionName = "xdp",
                    Type = ProgramType.Xdp,
                    Instructions = code,
                    Functions = [new FunctionSpec("peek", 0, code.Length, IsGlobal: true, BtfTypeId: 0)],
                },
            ],
        });
        Fill();
        Assert.Equal(0u, loaded.Programs["peek"].Run(new byte[64]).ReturnValue);
    }

    // Leaves something in the stack below the caller's frame.
    static unsafe ulong Fill()
    {
        ulong* words = stackalloc ulong[1024];
        for (int i = 0; i < 1024; i++)
            words[i] = 0xfeed_face_cafe_beef;
        return words[Environment.TickCount & 1023];
    }
}
