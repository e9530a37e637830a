// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Verifier;

namespace NopTap.Conformance.Plugin;

/// <summary>
/// Runs instructions that have neither an object nor a type: r1 is the address of some memory, r2 its length, both 0 when there is none. For
/// suites of instruction-set cases. Helpers have the numbers of those suites.
/// </summary>
/// <remarks>Compiled, nothing keeps the program from touching other memory: its caller vouches for it.</remarks>
internal static unsafe class BareProgram
{
    const int UnwindHelper = 5;

    static readonly FrozenDictionary<int, nint> s_helpers = new Dictionary<int, nint>
    {
        [UnwindHelper] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&Unwind,
    }.ToFrozenDictionary();

    /// <summary>The helpers that there are.</summary>
    internal static FrozenDictionary<int, HelperSignature> Signatures { get; } = new Dictionary<int, HelperSignature>
    {
        [UnwindHelper] = new HelperSignature(UnwindHelper, "unwind", default, []),
    }.ToFrozenDictionary();

    /// <summary>Runs a program once.</summary>
    /// <param name="program">The program.</param>
    /// <param name="memory">What its memory holds.</param>
    /// <param name="isCompiled">Whether it is compiled.</param>
    /// <returns>r0.</returns>
    /// <exception cref="BpfException">It cannot be compiled, or the interpreter found a fault.</exception>
    internal static ulong Run(VerifiedProgram program, ReadOnlySpan<byte> memory, bool isCompiled)
    {
        byte* copy = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(memory.Length, 1), 64);
        try
        {
            memory.CopyTo(new Span<byte>(copy, memory.Length));
            ulong address = memory.IsEmpty ? 0 : (ulong)copy;
            return isCompiled ? Compiled(program, address, (ulong)memory.Length) : Interpreted(program, address, (ulong)memory.Length);
        }
        finally
        {
            NativeMemory.AlignedFree(copy);
        }
    }

    static ulong Interpreted(VerifiedProgram program, ulong address, ulong length)
    {
        using var guest = new GuestMemory();
        if (length != 0)
            guest.Add(new GuestRegion(address, length, IsReadable: true, IsWritable: true, "memory"));
        return new ProgramInterpreter(program, new InterpreterImports { Helpers = s_helpers }).Run(guest, address, length);
    }

    static ulong Compiled(VerifiedProgram program, ulong address, ulong length)
    {
        using var code = new CodeMemory();
        var request = new CompilationRequest { Program = program, Helpers = s_helpers, Features = MachineFeatureDetection.Current, BaseAddress = 0 };
        CodeBlock block = code.Allocate(ProgramCompiler.Compile(request).Bytes.Length);
        CodeImage image = ProgramCompiler.Compile(request with { BaseAddress = block.Address });
        block.Write(image.Bytes.AsSpan());
        void* thread = NativeMemory.AlignedAlloc((nuint)sizeof(ThreadBlock), 64);
        try
        {
            NativeMemory.Clear(thread, (nuint)sizeof(ThreadBlock));
            ((ThreadBlock*)thread)->RoundLimit = ulong.MaxValue;
            nint entry = (nint)block.Address + image.EntryOffset;
            return ((delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, ulong>)entry)(address, length, 0, 0, 0, thread);
        }
        finally
        {
            NativeMemory.AlignedFree(thread);
            block.Free();
        }
    }

    // The suite's "unwind" returns its argument; a runtime that can end a program there would do so for 0.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong Unwind(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, nint threadBlock) => r1;
}
