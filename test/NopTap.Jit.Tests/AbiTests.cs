// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Jit.Tests;

/// <summary>The promises of Abi/README.md, on running code.</summary>
public sealed unsafe class AbiTests
{
    // Reads and writes 16 aligned bytes of its own stack, which faults when rsp was not 8 modulo 16 here; returns r1 + 1.
    static ReadOnlySpan<byte> AlignedHelper =>
    [
        0x48, 0x83, 0xec, 0x18, // sub rsp, 24
        0x0f, 0x29, 0x04, 0x24, // movaps [rsp], xmm0
        0x0f, 0x28, 0x04, 0x24, // movaps xmm0, [rsp]
        0x48, 0x83, 0xc4, 0x18, // add rsp, 24
        0x48, 0x8d, 0x47, 0x01, // lea rax, [rdi+1]
        0xc3,
    ];

    // Fills the kept registers, calls rdi as a program entry with rsi as thread block, and returns 1 when all came back.
    static ReadOnlySpan<byte> KeptRegisterProbe =>
    [
        0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57, 0x50, // push rbx, rbp, r12-r15, rax
        0x48, 0x89, 0xf8, 0x49, 0x89, 0xf1, // mov rax, rdi; mov r9, rsi
        0xbb, 0x11, 0, 0, 0, 0xbd, 0x22, 0, 0, 0, // mov ebx, 0x11; mov ebp, 0x22
        0x41, 0xbc, 0x33, 0, 0, 0, 0x41, 0xbd, 0x44, 0, 0, 0, // mov r12d, 0x33; mov r13d, 0x44
        0x41, 0xbe, 0x55, 0, 0, 0, 0x41, 0xbf, 0x66, 0, 0, 0, // mov r14d, 0x55; mov r15d, 0x66
        0xff, 0xd0, // call rax
        0x48, 0x83, 0xf3, 0x11, 0x48, 0x83, 0xf5, 0x22, // xor rbx, 0x11; xor rbp, 0x22
        0x49, 0x83, 0xf4, 0x33, 0x49, 0x83, 0xf5, 0x44, 0x49, 0x83, 0xf6, 0x55, 0x49, 0x83, 0xf7, 0x66, // xor r12-r15
        0x48, 0x09, 0xeb, 0x4c, 0x09, 0xe3, 0x4c, 0x09, 0xeb, 0x4c, 0x09, 0xf3, 0x4c, 0x09, 0xfb, // or rbx, each
        0x31, 0xc0, 0x48, 0x85, 0xdb, 0x0f, 0x94, 0xc0, // xor eax, eax; test rbx, rbx; sete al
        0x59, 0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b, 0xc3, // pop all; ret
    ];

    const string ClobbersAll = """
        r6 = 1
        r7 = 2
        r8 = 3
        r9 = 4
        *(u64 *)(r10 - 8) = r9
        r0 = 0
        exit
        """;

    [Theory]
    [InlineData("call 1000\nexit")]
    [InlineData("r6 = r1\ncall 1000\nr0 += r6\nr0 -= r6\nexit")]
    [InlineData("r6 = r1\nr7 = r1\nr8 = r1\n*(u64 *)(r10 - 24) = r1\ncall 1000\nexit")]
    [InlineData("*(u64 *)(r10 - 8) = r1\ncall sub\nexit\nsub:\nr9 = r1\n*(u64 *)(r10 - 16) = r9\ncall 1000\nexit")]
    [InlineData("again:\nmay_goto out\ngoto again\nout:\ncall 1000\nexit")]
    public void StackIsAlignedAtHelperCalls(string text)
    {
        using var memory = new CodeMemory();
        CodeBlock helper = memory.Allocate(AlignedHelper.Length);
        helper.Write(AlignedHelper);
        using var jit = new JitRunner(Tight(text), Helpers((1000, (nint)helper.Address)));
        Assert.Equal(42UL, jit.Run(41));
    }

    [Theory]
    [InlineData(ClobbersAll)]
    [InlineData("r0 = 0\nexit")]
    [InlineData("r6 = 5\nr0 = 0\nr1 = r0\nr1 /= 7\nexit")]
    public void KeptRegistersComeBack(string text)
    {
        using var memory = new CodeMemory();
        CodeBlock probe = memory.Allocate(KeptRegisterProbe.Length);
        probe.Write(KeptRegisterProbe);
        using var jit = new JitRunner(Tight(text));
        fixed (ThreadBlock* thread = &jit.Thread)
            Assert.Equal(1UL, ((delegate* unmanaged<ulong, void*, ulong>)probe.Address)(jit.Address, thread));
    }

    [Fact]
    public void HelpersGetFiveArgumentsAndTheThreadBlock()
    {
        VerifiedProgram program = Tight("r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall 1000\nexit");
        using var jit = new JitRunner(program, Helpers((1000, (nint)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&Sum)));
        jit.Thread.Cookie = 1000;
        Assert.Equal(1054321UL, jit.Run());
    }

    [Fact]
    public void HelperWithoutAddressIsADiagnostic()
    {
        var refusal = Assert.Throws<BpfOperationException>(() => new JitRunner(Tight("call 1000\nexit")));
        Assert.Equal(JitDiagnostics.MissingHelper.Id, refusal.Diagnostic.Id);
    }

    [Fact]
    public void LoopCallsTheCallbackAndCounts()
    {
        VerifiedProgram program = Tight("""
            *(u64 *)(r10 - 8) = 0
            r2 = subprog[body]
            r3 = r10
            r3 += -8
            r4 = 0
            call 181
            r6 = *(u64 *)(r10 - 8)
            r0 <<= 32
            r0 |= r6
            exit
            body:
            r3 = *(u64 *)(r2 + 0)
            r3 += r1
            *(u64 *)(r2 + 0) = r3
            r0 = 0
            if r1 < 5 goto out
            r0 = 1
            out:
            exit
            """);
        using var jit = new JitRunner(program);
        Assert.Equal((3UL << 32) | 3, jit.Run(3));
        Assert.Equal((6UL << 32) | 15, jit.Run(100));
        Assert.Equal(0UL, jit.Run(0));
        Assert.Equal(unchecked((uint)-(int)Errno.E2BIG), (uint)(jit.Run((8 << 20) + 1) >> 32));
    }

    [Fact]
    public void MayGotoEndsAfterItsBudget()
    {
        using var jit = new JitRunner(Tight("r0 = 0\nagain:\nmay_goto out\nr0 += 1\ngoto again\nout:\nexit"));
        Assert.Equal(8UL * 1024 * 1024, jit.Run());
    }

    [Fact]
    public void TailCallsEndAtThirtyThree()
    {
        nint* programs = stackalloc nint[2];
        programs[0] = programs[1] = 0;
        var header = new MapHeader { MaxEntries = 2, Programs = programs };
        VerifiedProgram program = Tight("""
            r6 = r1
            r3 = *(u64 *)(r1 + 0)
            r3 += 1
            *(u64 *)(r1 + 0) = r3
            r2 = *(u64 *)(r1 + 8)
            r3 = *(u64 *)(r1 + 16)
            call 12
            r0 = *(u64 *)(r6 + 0)
            exit
            """);
        using var jit = new JitRunner(program);
        programs[0] = (nint)(jit.Address + (ulong)jit.Image.Functions[0].Offset);
        ulong* context = stackalloc ulong[3];

        // Index 0 is the program itself, 1 is empty, 2 is beyond the array.
        foreach ((ulong index, ulong runs) in new (ulong, ulong)[] { (0, 34), (1, 1), (2, 1) })
        {
            (context[0], context[1], context[2]) = (0, (ulong)&header, index);
            Assert.Equal(runs, jit.Run((ulong)context));
            Assert.Equal(runs - 1, jit.Thread.TailCalls);
        }
    }

    [Fact]
    public void PacketLoadOutsideThePacketEndsTheFunction()
    {
        VerifiedProgram program = Tight("r6 = r1\nr0 = *(u16 *)skb[2]\nr0 += 1\nexit");
        var load = (nint)(delegate* unmanaged<ulong, long, ulong, ulong, ulong, ThreadBlock*, long>)&LoadPacket;
        using var jit = new JitRunner(program, Helpers((InternalHelpers.LoadPacketHalf, load)));
        Assert.Equal(103UL, jit.Run(100));
        Assert.Equal(0UL, jit.Run(0));
    }

    [Fact]
    public void FrameNeverLooksBeyondItsDepth()
    {
        // A function of 8 bytes of stack saves what it must below them, not in them.
        using var jit = new JitRunner(Tight("r6 = 7\n*(u64 *)(r10 - 8) = 5\nr0 = *(u64 *)(r10 - 8)\nr0 += r6\nexit"));
        Assert.Equal(12UL, jit.Run());
    }

    [UnmanagedCallersOnly]
    static ulong Sum(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) =>
        r1 + (10 * r2) + (100 * r3) + (1000 * r4) + (10000 * r5) + (1000 * thread->Cookie);

    [UnmanagedCallersOnly]
    static long LoadPacket(ulong context, long offset, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) =>
        context == 0 ? -1 : (long)context + offset;

    static FrozenDictionary<int, nint> Helpers(params (int Id, nint Address)[] helpers) =>
        helpers.ToFrozenDictionary(helper => helper.Id, helper => helper.Address);

    // As little saved and reserved as the code needs, so that each shape of frame is tried.
    static VerifiedProgram Tight(string text) => TightFacts.Of(Assembler.Parse(text));
}
