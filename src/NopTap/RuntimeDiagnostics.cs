// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap;

/// <summary>Every kind of failure that the runtime reports.</summary>
public static partial class RuntimeDiagnostics
{
    /// <summary>Machine code was asked for where the compiler cannot run.</summary>
    public static readonly DiagnosticDescriptor CompilerNotSupported = new("BPF4001", "compiler not supported here", Errno.EOPNOTSUPP);

    /// <summary>A program that needs a target was run or used before it had one.</summary>
    public static readonly DiagnosticDescriptor ProgramNotBound = new("BPF4003", "program has no target yet");

    /// <summary>A run with a context of another kind than the program's.</summary>
    public static readonly DiagnosticDescriptor WrongContext = new("BPF4004", "wrong kind of context");

    /// <summary>A program that the kernel would take calls a helper that does not exist here.</summary>
    public static DiagnosticDescriptor HelperNotImplemented => Verifier.VerifierDiagnostics.HelperNotImplemented;

    /// <summary>A helper of the host threw an exception.</summary>
    public static readonly DiagnosticDescriptor HelperFaulted = new("BPF4006", "helper threw an exception", Errno.EFAULT);

    /// <summary>An initial entry of a map names a program or map that the object does not have.</summary>
    public static readonly DiagnosticDescriptor InitialEntryUnknown = new("BPF4007", "initial entry names nothing that is known", Errno.ENOENT);

    /// <summary>A program that cannot be called from a program array.</summary>
    public static readonly DiagnosticDescriptor ProgramArrayEntry = new("BPF4008", "program cannot be called from this array");

    /// <summary>A program that cannot call through a program array, since others than itself would be reached.</summary>
    public static readonly DiagnosticDescriptor ProgramArrayCaller = new("BPF4133", "program cannot call through this array");

    /// <summary>The library in a load context that can be unloaded under its machine code.</summary>
    public static readonly DiagnosticDescriptor CollectibleContext = new("BPF4015", "load context is collectible", Errno.EOPNOTSUPP);

    /// <summary>More instructions in one object than the runtime takes.</summary>
    public static readonly DiagnosticDescriptor TooManyInstructions = new("BPF4127", "object has too many instructions", Errno.E2BIG);

    /// <summary>An index beyond the end of a program array.</summary>
    public static readonly DiagnosticDescriptor ProgramArrayIndex = new("BPF4009", "index beyond the end of the program array", Errno.E2BIG);

    /// <summary>A program of which nothing can be proved, because nothing tells what its parameter points to. It is loaded and not run.</summary>
    public static readonly DiagnosticDescriptor ContextUnknown = new("BPF4010", "parameter of unknown size", Errno.EOPNOTSUPP);

    /// <summary>A section that leaves open which of several program types is meant. Its program is loaded and not run.</summary>
    public static readonly DiagnosticDescriptor SectionAmbiguous = new("BPF4011", "section means several types", Errno.EOPNOTSUPP);
}
