// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Links;
using NopTap.Verifier;

namespace NopTap.Trampolines;

/// <summary>What attaching needs to know of a live program, be it target or observer.</summary>
internal unsafe interface ITracedProgram
{
    /// <summary>Number by which it is known while loaded.</summary>
    uint Id { get; }

    /// <summary>Function name of its entry.</summary>
    string Name { get; }

    /// <summary>What it was loaded from.</summary>
    ProgramSpec Spec { get; }

    /// <summary>The verified program; only of one that has code.</summary>
    VerifiedProgram Verified { get; }

    /// <summary>Its machine code as compiled; null under the interpreter.</summary>
    CodeImage? CompiledCode { get; }

    /// <summary>Address of the first byte of <see cref="CompiledCode"/>; 0 under the interpreter.</summary>
    ulong CodeAddress { get; }

    /// <summary>Where trampolines for it live; null under the interpreter.</summary>
    CodeMemory? CodeMemory { get; }

    /// <summary>What the interpreter asks at its sites; null when compiled.</summary>
    InterpreterProbes? InterpreterProbes { get; }

    /// <summary>Trampolines of its runtime.</summary>
    TrampolineTable Trampolines { get; }

    /// <summary>Links of its runtime; programs of different runtimes cannot observe each other.</summary>
    LinkTable Links { get; }

    /// <summary>Its "is running as an observer" slot (<see cref="Threads.SlotTable"/>), leased for its life.</summary>
    int Slot { get; }

    /// <summary>Whether it is being taken down: nothing may be attached any more.</summary>
    bool IsDisposed { get; }

    /// <summary>Whether it was ever attached to an observer; such a program cannot be observed in turn by one more level.</summary>
    bool ObservesObserver { get; set; }

    /// <summary>What it was built against as an observer; null before its first attachment.</summary>
    ProbePrototype? Prototype { get; }

    /// <summary>Why it is never run here, or null.</summary>
    Diagnostic? NotRunnable => null;

    /// <summary>Verifies and compiles an observer that has no code yet.</summary>
    /// <param name="prototype">Arguments of its first target.</param>
    /// <exception cref="Isa.BpfException">It was refused and is as before.</exception>
    void Build(ProbePrototype prototype);

    /// <summary>Runs it as an observer under the interpreter, on a thread that is inside a run already. Never throws.</summary>
    /// <param name="arguments">The argument array: its context.</param>
    /// <param name="words">Words in the array.</param>
    /// <param name="block">The thread's block.</param>
    void Interpret(ulong* arguments, int words, ThreadBlock* block);
}
