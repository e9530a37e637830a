// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Interpreter.Tests;

public sealed unsafe class CallTests
{
    static readonly InterpreterImports s_sum = new()
    {
        Helpers = new Dictionary<int, nint>
        {
            [70000] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&Sum,
        }.ToFrozenDictionary(),
    };

    [Fact]
    public void PassesFiveArgumentsAndTheThreadBlockToHelpers()
    {
        using var memory = new GuestMemory();
        var interpreter = new ProgramInterpreter(Guest.Program("r3 = 4\nr4 = 8\nr5 = 16\ncall unknown#70000\nexit"), s_sum);
        Assert.Equal(63UL, interpreter.Run(memory, 1, 2, threadBlock: 32));
    }

    [Theory]
    [InlineData("call unknown#70000")]
    [InlineData("call function")]
    public void DestroysArgumentRegistersAtCalls(string call)
    {
        string assembly = $"r2 = 0\nr3 = 0\nr4 = 0\nr5 = 0\n{call}\nr0 = r3\nexit\nfunction: r0 = 1\nexit";
        Assert.Equal(ProgramInterpreter.Poison, Guest.Run(assembly, s_sum));
    }

    [Fact]
    public void KeepsTheOtherRegistersAcrossCalls() => Assert.Equal(1234UL, Guest.Run("""
        r6 = 1000
        r7 = 200
        r8 = 30
        r9 = 4
        call spoil
        r0 = r6
        r0 += r7
        r0 += r8
        r0 += r9
        exit
        spoil: r6 = 0
        r7 = 0
        r8 = 0
        r9 = 0
        r0 = 0
        exit
        """));

    [Fact]
    public void CallsFunctionsAndHelpersThroughRegisters()
    {
        Assert.Equal(9UL, Guest.Run("r6 = subprog[nine]\ncallx r6\nexit\nnine: r0 = 9\nexit"));
        Assert.Equal(3UL, Guest.Run("r1 = 1\nr2 = 2\nr3 = 0\nr4 = 0\nr5 = 0\nr6 = 70000\ncallx r6\nexit", s_sum));
    }

    [Theory]
    [InlineData("r6 = 0\ncallx r6\nexit")]
    [InlineData("r6 = 0xbf0f000000000009 ll\ncallx r6\nexit")]
    [InlineData("call pc+1\nexit\nexit", 3)]
    [InlineData("r1 = 1\nr2 = 5\nr3 = 0\nr4 = 0\ncall 181\nexit")]
    [InlineData("r1 = 1\nr2 = 5\nr3 = 0\nr4 = 0\ncall 164\nexit")]
    public void RefusesToCallWhatIsNoFunction(string assembly, int distance = -1)
    {
        var code = Assembler.Parse(assembly);
        // A call into the middle of a function: no function is known to start there.
        if (distance >= 0)
            code = code.SetItem(0, code[0] with { Immediate = distance });
        var program = UnverifiedProgram.TrustUnverified(new Formats.ProgramSpec
        {
            Name = "guest",
            SectionName = "test",
            Instructions = code,
            Functions = [new("entry", 0, code.Length, false, 0)],
        });
        var fault = Assert.Throws<BpfFaultException>(() => Guest.Run(program, s_sum));
        Assert.Equal(InterpreterDiagnostics.InvalidCallTarget.Id, fault.Diagnostic.Id);
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void AllowsEightFrames(int calls, bool allowed)
    {
        string assembly = $"r1 = {calls}\ncall down\nexit\ndown: if r1 == 1 goto end\nr1 -= 1\ncall down\nend: r0 = 5\nexit";
        if (allowed)
            Assert.Equal(5UL, Guest.Run(assembly));
        else
            Guest.Fault(InterpreterDiagnostics.CallDepth, assembly);
    }

    [Fact]
    public void RefusesHelpersThatAreNotImported()
    {
        Diagnostic diagnostic = Guest.Fault(InterpreterDiagnostics.UnknownHelper, "call unknown#70001\nexit");
        Assert.Contains("70001", diagnostic.Message, StringComparison.Ordinal);
    }

    // The callback adds its index to *context and stops after the index in r1's place.
    const string Loop = """
        *(u64 *)(r10 - 8) = 0
        r6 = 77
        r1 = {0}
        r2 = subprog[callback]
        r3 = r10
        r3 += -8
        r4 = {1}
        call 181
        r7 = *(u64 *)(r10 - 8)
        r7 <<= 32
        r0 |= r7
        if r6 == 77 goto out
        r0 = -1
        out: exit
        callback: r6 = *(u64 *)(r2 + 0)
        r6 += r1
        *(u64 *)(r2 + 0) = r6
        r0 = 0
        if r1 != 4 goto done
        r0 = 1
        done: exit
        """;

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(3, 0, 3, 3)]
    [InlineData(5, 0, 5, 10)]
    [InlineData(9, 0, 5, 10)]
    public void LoopsUntilTheCallbackSaysStop(int count, int flags, ulong calls, ulong sum) =>
        Assert.Equal(calls | (sum << 32), Guest.Run(Format(Loop, count, flags)));

    [Theory]
    [InlineData(3, 1, Errno.EINVAL)]
    [InlineData((1 << 23) + 1, 0, Errno.E2BIG)]
    public void RefusesLoopsAsTheKernelDoes(int count, int flags, Errno error) =>
        Assert.Equal(-(long)error, (long)Guest.Run(Format(Loop, count, flags)));

    [Theory]
    [InlineData(0x1000, 0, 3)]
    [InlineData(0x1000, 1, -22)]
    [InlineData(0x2000, 0, -22)]
    public void WalksOverTheElementsOfAMap(int map, int flags, long want)
    {
        var elements = new ThreeElements();
        string assembly = Format("""
            *(u64 *)(r10 - 8) = 0
            r1 = {0}
            r2 = subprog[callback]
            r3 = r10
            r4 = {1}
            call 164
            exit
            callback: r5 = r4
            r5 += -8
            r6 = *(u64 *)(r5 + 0)
            r6 += r2
            r6 += r3
            *(u64 *)(r5 + 0) = r6
            r0 = 0
            if r6 != 666 goto done
            r0 = 1
            done: exit
            """, map, flags);
        Assert.Equal(want, (long)Guest.Run(assembly, new InterpreterImports { Elements = elements }));
    }

    [Fact]
    public void MakesThirtyThreeTailCalls()
    {
        var ring = new Ring();
        // Counts in r6? A tail call keeps only the context: the count is kept by the resolver.
        var program = new ProgramInterpreter(
            Guest.Program("r6 = r1\nr2 = 0\nr3 = 0\ncall 12\nr0 = r6\nexit"), new InterpreterImports { TailCalls = ring });
        ring.Target = program;
        using var memory = new GuestMemory();
        Assert.Equal(42UL, program.Run(memory, 42));
        Assert.Equal(RunLimits.TailCalls, ring.Asked);
    }

    [Fact]
    public void FallsThroughATailCallWithoutTarget()
    {
        const string Assembly = "r2 = 0\nr3 = 0\ncall 12\nr0 = 8\nexit";
        Assert.Equal(8UL, Guest.Run(Assembly));
        Assert.Equal(8UL, Guest.Run(Assembly, new InterpreterImports { TailCalls = new Ring() }));
    }

    [Fact]
    public void ReturnsFromATailCallInAFunctionToItsCaller()
    {
        var target = new ProgramInterpreter(Guest.Program("r6 = 0\nr0 = 30\nexit"), new InterpreterImports());
        var imports = new InterpreterImports { TailCalls = new Ring { Target = target } };
        Assert.Equal(35UL, Guest.Run("r6 = 5\ncall leave\nr0 += r6\nexit\nleave: r2 = 0\nr3 = 0\ncall 12\nr0 = 1\nexit", imports));
    }

    static string Format(string assembly, int first, int second) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, assembly, first, second);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong Sum(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, nint threadBlock) => r1 + r2 + r3 + r4 + r5 + (ulong)threadBlock;

    sealed class ThreeElements : IMapElements
    {
        public bool CanWalk(nint map) => map == 0x1000;

        public bool TryNext(nint map, ref ulong cursor, out nint key, out nint value)
        {
            key = (nint)(111 * cursor);
            value = (nint)(111 * cursor);
            return cursor++ < 3;
        }
    }

    sealed class Ring : ITailCallTargets
    {
        public ProgramInterpreter? Target { get; set; }

        public int Asked { get; private set; }

        public ProgramInterpreter? Find(nint map, uint index)
        {
            Asked++;
            return Target;
        }
    }
}
