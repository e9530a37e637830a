// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Engines;
using NopTap.Verifier;

namespace NopTap.Interpreter.Tests;

/// <summary>Runs assembly text in the interpreter.</summary>
static class Guest
{
    public static VerifiedProgram Program(
        string assembly, ImmutableArray<MapReference> references = default, ImmutableArray<ProbeSpec> probes = default) =>
        UnverifiedProgram.TrustUnverified(Assembler.Parse(assembly), "guest", references, probes);

    public static ulong Run(string assembly, InterpreterImports? imports = null, ulong r1 = 0, ulong r2 = 0, params GuestRegion[] regions) =>
        Run(Program(assembly), imports, r1, r2, regions);

    public static ulong Run(VerifiedProgram program, InterpreterImports? imports = null, ulong r1 = 0, ulong r2 = 0, params GuestRegion[] regions)
    {
        using var memory = new GuestMemory();
        foreach (GuestRegion region in regions)
            memory.Add(region);
        return new ProgramInterpreter(program, imports ?? new InterpreterImports()).Run(memory, r1, r2);
    }

    public static GuestRegion Region(NativeBuffer buffer, string name, bool readable = true, bool writable = true) =>
        new(buffer.Address, (ulong)buffer.Length, readable, writable, name);

    /// <summary>Runs a program that must end in a fault of one kind.</summary>
    public static Diagnostic Fault(DiagnosticDescriptor kind, string assembly, InterpreterImports? imports = null, ulong r1 = 0, params GuestRegion[] regions)
    {
        Diagnostic diagnostic = Assert.Throws<BpfFaultException>(() => Run(assembly, imports, r1, 0, regions)).Diagnostic;
        Assert.Equal(kind.Id, diagnostic.Id);
        Assert.Equal("guest", diagnostic.Place.Program);
        Assert.NotEmpty(diagnostic.Hint);
        return diagnostic;
    }
}
