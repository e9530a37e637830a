// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap;

// What a run is refused for before it begins, and what it reports behind it.
public sealed unsafe partial class BpfProgram
{
    /// <summary>Runs that a thread may be in at once: the outermost one and those that its helpers and observers begin.</summary>
    internal const int MaximumNesting = 32;

    // Bytes of the structure that r1 points at, as verified; -1 when there is none to compare with, which no structure's size is.
    int _plainSize = -1;

    // Called when the size of the structure is not the one that is known.
    void CheckPlain<T>()
        where T : unmanaged
    {
        ThrowIfNotRunnable();
        if (TypeInfo.Kind != ContextKind.Plain)
            throw WrongContext($"a structure '{typeof(T).Name}'");
        ObjectDisposedException.ThrowIf(IsDisposed, this);

        // A program that takes no structure, or an empty one, was proved to touch none.
        if (BoundImage.Verified.Context is not { NativeSize: > 0 } wanted || wanted.NativeSize == sizeof(T))
            return;
        throw new BpfOperationException(RuntimeDiagnostics.ContextSize.At(
            new DiagnosticPlace { Program = Name, Section = Spec.SectionName },
            $"a structure '{typeof(T).Name}' of {sizeof(T)} bytes was given to a program that was verified for '{wanted.StructName}' of {wanted.NativeSize} bytes",
            "declare the structure in C# as the program's C does"));
    }

    static int PlainSizeOf(ProgramTypeInfo type, ContextLayout? context) => type.Kind == ContextKind.Plain && context is not null ? context.NativeSize : -1;

    BpfOperationException WrongContext(string given) => new(RuntimeDiagnostics.WrongContext.At(
        new DiagnosticPlace { Program = Name, Section = Spec.SectionName },
        $"{given} was given to a program of type {Type}, whose context is of kind {TypeInfo.Kind}",
        "run XDP and socket-buffer programs on packets, a host's own on a PlainContext"));

    BpfOperationException NestedTooDeep() => new(RuntimeDiagnostics.NestedRuns.At(
        new DiagnosticPlace { Program = Name },
        $"the thread is in {MaximumNesting} runs already, each begun by a helper, an observer or a trace subscriber of the one before",
        "end the recursion: what a run calls must not run programs that call it again"));

    BpfOperationException HelperFaulted(Exception? cause) => new(
        RuntimeDiagnostics.HelperFaulted.At(
            new DiagnosticPlace { Program = Name },
            $"a helper threw {cause?.GetType().Name ?? "an exception"} during the run: {cause?.Message}",
            "fix the helper; the program saw -EFAULT (or null) and went on"),
        cause);
}
