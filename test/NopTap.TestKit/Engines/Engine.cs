// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Jit;
using NopTap.Verifier;

namespace NopTap.TestKit.Engines;

/// <summary>One way to run a program on plain memory: r1 is the address of a private copy of it, r2 its length; both 0 when it is empty.</summary>
public abstract class Engine
{
    /// <summary>The reference semantics.</summary>
    public static Engine Interpreter { get; } = new InterpreterEngine();

    /// <summary>The compiler, with all that this machine offers.</summary>
    public static Engine Jit { get; } = new JitEngine("jit", MachineFeatureDetection.Current);

    /// <summary>The compiler for the least of machines.</summary>
    public static Engine BaselineJit { get; } = new JitEngine("jit-baseline", MachineFeatures.None);

    /// <summary>All engines.</summary>
    public static IReadOnlyList<Engine> All { get; } = [Interpreter, Jit, BaselineJit];

    /// <summary>The engine of a name.</summary>
    public static Engine Named(string name) => All.Single(engine => engine.Name == name);

    /// <summary>Name in test names.</summary>
    public abstract string Name { get; }

    /// <summary>Runs a program once.</summary>
    /// <param name="program">The program.</param>
    /// <param name="memory">Content of its memory.</param>
    /// <param name="helpers">Addresses of helpers by id; null for none.</param>
    public abstract EngineRun Run(VerifiedProgram program, ReadOnlySpan<byte> memory, FrozenDictionary<int, nint>? helpers = null);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;
}
