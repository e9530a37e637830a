// SPDX-License-Identifier: Apache-2.0

using NopTap.Interpreter;
using NopTap.Jit;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>A verified program made executable: placed machine code, or an interpreter.</summary>
/// <remarks>Owned by its <see cref="BpfProgram"/>, which frees it once no thread can be inside.</remarks>
internal sealed class ProgramImage
{
    internal ProgramImage(VerifiedProgram verified, CodeImage code, CodeBlock block) => (Verified, Code, Block) = (verified, code, block);

    internal ProgramImage(VerifiedProgram verified, ProgramInterpreter interpreter) => (Verified, Interpreter) = (verified, interpreter);

    /// <summary>The program that was verified.</summary>
    internal VerifiedProgram Verified { get; }

    /// <summary>Its machine code; null under the interpreter.</summary>
    internal CodeImage? Code { get; }

    /// <summary>Where the machine code lies; null under the interpreter.</summary>
    internal CodeBlock? Block { get; }

    /// <summary>The interpreter; null when compiled.</summary>
    internal ProgramInterpreter? Interpreter { get; }

    /// <summary>Address of the program entry; 0 under the interpreter.</summary>
    internal nint Entry => Block is null ? 0 : (nint)Block.Address + Code!.EntryOffset;

    /// <summary>Address of the entry function, where tail calls and trampolines arrive; 0 under the interpreter.</summary>
    internal nint FunctionStart => Block is null ? 0 : (nint)Block.Address + Code!.Functions[0].Offset;
}
