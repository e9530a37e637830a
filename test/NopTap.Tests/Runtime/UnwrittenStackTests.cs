// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Tests.Runtime;

/// <summary>A program may read stack that it never wrote, as in the kernel; what it finds there must not be the host's.</summary>
public sealed class UnwrittenStackTests
{
    static readonly string s_sum = Join(64, n => $"r2 = *(u64 *)(r10 - {8 * n})\nr0 |= r2");

    // The low byte of a word that was perhaps written stays out of the sum.
    static readonly string s_halves = Join(8, n => $"r2 = *(u32 *)(r10 - {(8 * n) - 4})\nr0 |= r2");

    public static TheoryData<BpfEngine, string> Programs() => new MatrixTheoryData<BpfEngine, string>(
        [BpfEngine.Compiler, BpfEngine.Interpreter],
        [
            $"r0 = 0\n{s_sum}\nr0 >>= 32\nexit",
            // One byte is written, nobody knows which.
            $"r2 = *(u32 *)(r1 + 16)\nr2 &= 511\nr3 = r10\nr3 += -512\nr3 += r2\n*(u8 *)(r3 + 0) = 0\nr0 = 0\n{s_sum}\nr0 >>= 32\nexit",
            // The helper fails and writes nothing.
            $"r2 = 60000\nr3 = r10\nr3 += -512\nr4 = 512\ncall xdp_load_bytes\nr0 = 0\n{s_sum}\nr0 >>= 32\nexit",
            // The way that is taken meets one on which the bytes were written, and is followed no further.
            $"r0 = 0\nr2 = *(u32 *)(r1 + 12)\nif r2 == 1 goto join\nif r2 == 7 goto join\n{Join(8, n => $"*(u32 *)(r10 - {(8 * n) - 4}) = r2")}\njoin:\n{s_halves}\nexit",
        ]);

    [Theory]
    [MemberData(nameof(Programs))]
    public void HoldsZeroes(BpfEngine engine, string text)
    {
        ImmutableArray<Instruction> code = Assembler.Parse(text);
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

    static string Join(int count, Func<int, string> text) => string.Join('\n', Enumerable.Range(1, count).Select(text));

    // Leaves something in the stack below the caller's frame.
    static unsafe ulong Fill()
    {
        ulong* words = stackalloc ulong[1024];
        for (int i = 0; i < 1024; i++)
            words[i] = 0xfeed_face_cafe_beef;
        return words[Environment.TickCount & 1023];
    }
}
