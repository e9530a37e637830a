// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.InteropServices;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Verifier;

namespace NopTap.TestKit;

/// <summary>Compiles a program, places it in code memory of its own and runs it with a thread block of its own.</summary>
/// <example><code>using var jit = new JitRunner(UnverifiedProgram.TrustUnverified(instructions)); ulong r0 = jit.Run(r1, r2);</code></example>
public sealed unsafe class JitRunner : IDisposable
{
    readonly CodeMemory _memory;
    readonly CodeMemory? _ownMemory;
    readonly CodeBlock _block;
    readonly void* _thread;

    public JitRunner(VerifiedProgram program, FrozenDictionary<int, nint>? helpers = null)
        : this(new CompilationRequest
        {
            Program = program,
            Helpers = helpers ?? FrozenDictionary<int, nint>.Empty,
            Features = MachineFeatureDetection.Current,
            BaseAddress = 0,
        })
    {
    }

    /// <summary>Compiles a request; its base address is replaced by the one at which the code is placed.</summary>
    /// <param name="request">What to compile.</param>
    /// <param name="memory">Region for the code; null for one of its own.</param>
    internal JitRunner(CompilationRequest request, CodeMemory? memory = null)
    {
        CodeImage image = ProgramCompiler.Compile(request);
        _memory = memory ?? (_ownMemory = new CodeMemory());
        _block = _memory.Allocate(image.Bytes.Length);
        Image = ProgramCompiler.Compile(request with { BaseAddress = _block.Address });
        if (!Image.Bytes.AsSpan().SequenceEqual(image.Bytes.AsSpan()))
            throw new InvalidOperationException("two compilations of one program differ");
        _block.Write(Image.Bytes.AsSpan());
        _thread = NativeMemory.AlignedAlloc((nuint)sizeof(ThreadBlock), 64);
        NativeMemory.Clear(_thread, (nuint)sizeof(ThreadBlock));
        Thread.RoundLimit = ulong.MaxValue;
    }

    /// <summary>The code.</summary>
    public CodeImage Image { get; }

    /// <summary>Where it lies.</summary>
    public ulong Address => _block.Address;

    /// <summary>Memory that holds it, for patching.</summary>
    internal CodeMemory Memory => _memory;

    /// <summary>The thread block that runs get.</summary>
    internal ref ThreadBlock Thread => ref *(ThreadBlock*)_thread;

    /// <summary>Runs the program.</summary>
    public ulong Run(ulong r1 = 0, ulong r2 = 0, ulong r3 = 0, ulong r4 = 0, ulong r5 = 0) =>
        ((delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, void*, ulong>)(Address + (ulong)Image.EntryOffset))(r1, r2, r3, r4, r5, _thread);

    /// <summary>Runs the program on a copy of some memory: r1 its address, r2 its length, both 0 when it is empty.</summary>
    /// <param name="memory">What the memory holds before, and after.</param>
    public ulong RunOn(Span<byte> memory)
    {
        if (memory.IsEmpty)
            return Run();
        byte* copy = (byte*)NativeMemory.AlignedAlloc((nuint)memory.Length, 64);
        try
        {
            memory.CopyTo(new Span<byte>(copy, memory.Length));
            ulong result = Run((ulong)copy, (ulong)memory.Length);
            new Span<byte>(copy, memory.Length).CopyTo(memory);
            return result;
        }
        finally
        {
            NativeMemory.AlignedFree(copy);
        }
    }

    public void Dispose()
    {
        _block.Free();
        _ownMemory?.Dispose();
        NativeMemory.AlignedFree(_thread);
    }
}
