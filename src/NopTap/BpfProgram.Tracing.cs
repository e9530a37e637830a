// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Links;
using NopTap.Loading;
using NopTap.Trampolines;

namespace NopTap;

// The program as attaching sees it: target or observer.
public sealed unsafe partial class BpfProgram : ITracedProgram
{
    ulong ITracedProgram.CodeAddress => _image?.Block?.Address ?? 0;

    CodeMemory? ITracedProgram.CodeMemory => _runtime.Code;

    TrampolineTable ITracedProgram.Trampolines => _runtime.Trampolines;

    LinkTable ITracedProgram.Links => _runtime.Links;

    bool ITracedProgram.IsDisposed => IsDisposed;

    bool ITracedProgram.ObservesObserver { get; set; }

    ProbePrototype? ITracedProgram.Prototype => _prototype;

    InterpreterProbes? ITracedProgram.InterpreterProbes => InterpreterProbes;

    /// <summary>Slot of its "is running as an observer" word.</summary>
    internal int Slot { get; }

    int ITracedProgram.Slot => Slot;

    /// <summary>What the interpreter asks at its sites; null when compiled.</summary>
    internal InterpreterProbes? InterpreterProbes { get; set; }

    /// <summary>What it was built against as an observer; null before its first attachment.</summary>
    ProbePrototype? _prototype;

    void ITracedProgram.Build(ProbePrototype prototype)
    {
        ThrowIfNotRunnable();
        // Code that a disposal beside this did not see is given back by whoever lets go last.
        if (!TryRetain())
            throw Gone();
        try
        {
            lock (_lock)
            {
                if (_prototype is not null)
                    return;
                ProgramBuilder.Build(this, TypeInfo with { Context = prototype.ToContext() }, new LoadBudget(_runtime.Options, CancellationToken.None), prototype);
                _prototype = prototype;
            }
        }
        finally
        {
            Release();
        }
    }

    BpfOperationException Gone() => new(RuntimeDiagnostics.ProgramGone.At(
        new DiagnosticPlace { Program = Name, Section = Spec.SectionName }, $"observer '{Name}' was disposed", "load the object again"));

    void ITracedProgram.Interpret(ulong* arguments, int words, ThreadBlock* block) => InterpretObserver(arguments, words, block);
}
