// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using NopTap.Cli;
using NopTap.Formats;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Verifier;

namespace NopTap.Architecture.Tests;

/// <summary>The layers of docs/architecture.md: which may use which.</summary>
static class Layers
{
    internal static readonly Assembly Isa = typeof(Instruction).Assembly;
    internal static readonly Assembly Formats = typeof(BpfObjectSpec).Assembly;
    internal static readonly Assembly Verifier = typeof(ProgramVerifier).Assembly;
    internal static readonly Assembly Interpreter = typeof(InterpreterDiagnostics).Assembly;
    internal static readonly Assembly Jit = typeof(JitDiagnostics).Assembly;
    internal static readonly Assembly Runtime = typeof(BpfRuntime).Assembly;
    internal static readonly Assembly Cli = typeof(CliDiagnostics).Assembly;

    internal static readonly Assembly[] Assemblies = [Isa, Formats, Verifier, Interpreter, Jit, Runtime, Cli];

    /// <summary>Layer, and the layers below that it may use.</summary>
    internal static readonly (Assembly Layer, Assembly[] Below)[] Arrows =
    [
        (Isa, []),
        (Formats, [Isa]),
        (Verifier, [Isa, Formats]),
        (Interpreter, [Isa, Formats, Verifier]),
        (Jit, [Isa, Formats, Verifier]),
        (Runtime, [Isa, Formats, Verifier, Interpreter, Jit]),
        (Cli, [Isa, Formats, Verifier, Interpreter, Jit, Runtime]),
    ];
}
