// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Benchmarks;

/// <summary>How fast does a program run on each engine, against the same in C#?</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "GlobalCleanup disposes")]
public unsafe class Execute
{
    const int Length = 1024;

    CodeMemory _code = null!;
    GuestMemory _guest = null!;
    byte* _memory;
    ThreadBlock* _thread;
    ProgramInterpreter _interpreter = null!;
    nint _entry;

    public static IEnumerable<Workload> Workloads => Workload.All;

    [ParamsSource(nameof(Workloads))]
    public Workload Program { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _code = new CodeMemory();
        _guest = new GuestMemory();
        _memory = (byte*)NativeMemory.AlignedAlloc(Length, 64);
        new Random(1).NextBytes(new Span<byte>(_memory, Length));
        _thread = (ThreadBlock*)NativeMemory.AllocZeroed((nuint)sizeof(ThreadBlock));
        _thread->RoundLimit = ulong.MaxValue;
        _guest.Add(new GuestRegion((ulong)_memory, Length, IsReadable: true, IsWritable: true, "memory"));
        VerifiedProgram program = UnverifiedProgram.TrustUnverified(Assembler.Parse(Program.Text));
        _interpreter = new ProgramInterpreter(program, new InterpreterImports());
        CodeImage image = ProgramCompiler.Compile(RequestOf(program));
        CodeBlock block = _code.Allocate(image.Bytes.Length);
        block.Write(image.Bytes.AsSpan());
        _entry = (nint)block.Address + image.EntryOffset;
        ulong want = CSharp();
        if (Compiled() != want || Interpreted() != want)
            throw new InvalidOperationException($"the engines disagree on {Program.Name}: {want:x}, {Compiled():x}, {Interpreted():x}");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _code.Dispose();
        _guest.Dispose();
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_thread);
    }

    [Benchmark(Baseline = true)]
    public ulong CSharp() => Program.Run(_memory, Length);

    [Benchmark]
    public ulong Compiled() =>
        ((delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)_entry)((ulong)_memory, Length, 0, 0, 0, _thread);

    [Benchmark]
    public ulong Interpreted() => _interpreter.Run(_guest, (ulong)_memory, Length);

    internal static CompilationRequest RequestOf(VerifiedProgram program) => new()
    {
        Program = program,
        Helpers = FrozenDictionary<int, nint>.Empty,
        Features = MachineFeatureDetection.Current,
        BaseAddress = 0,
    };
}
