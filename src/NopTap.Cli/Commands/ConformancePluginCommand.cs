// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.CommandLine;
using NopTap.Isa;
using NopTap.Loading;
using NopTap.Verifier;
using NopTap.Verifier.Structure;

namespace NopTap.Cli.Commands;

/// <summary>
/// <c>noptap conformance-plugin</c>: what bpf_conformance calls for each of its cases. The program comes as hex pairs on standard input, the
/// memory that r1 points at as hex pairs in the first argument; r0 goes to standard output in hex.
/// </summary>
/// <remarks>The cases carry no types, so they run past the verifier: nothing but structure is checked.</remarks>
static class ConformancePluginCommand
{
    const string ProgramName = "stdin";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var memory = new Argument<string?>("MEMORY") { Description = "Memory that r1 points at, as hex pairs.", Arity = ArgumentArity.ZeroOrOne };
        var jit = new Option<bool>("--jit") { Description = "Compile the program (where the compiler can run, the default)." };
        var interpret = new Option<bool>("--interpret") { Description = "Interpret the program." };
        var command = new Command("conformance-plugin", "Run a bare program from standard input, as bpf_conformance wants it.") { memory, jit, interpret };
        command.Validators.Add(result =>
        {
            if (result.GetValue(jit) && result.GetValue(interpret))
                result.AddError("Either --jit or --interpret, not both.");
        });
        Invocation.Handle(command, terminal, call =>
        {
            byte[] bytes = HexPairs.Parse(call.Get(memory) ?? "", "memory");
            byte[] code = HexPairs.Parse(call.Terminal.In.ReadToEnd(), "program");
            bool isCompiled = !call.Get(interpret) && (call.Get(jit) || BpfRuntime.IsCompilerSupported);
            terminal.Out.WriteLine($"{Run(code, bytes, isCompiled):x}");
            return Tool.Success;
        });
        return command;
    }

    static ulong Run(byte[] code, byte[] memory, bool isCompiled)
    {
        ImmutableArray<Instruction> instructions = InstructionDecoder.Decode(code, new DiagnosticPlace { Program = ProgramName });
        VerifiedProgram program = UnverifiedProgram.TrustUnverified(instructions, ProgramName);
        var request = new VerificationRequest { Program = program.Spec, Helpers = BareProgram.Signatures };
        // Calls through registers are no business of a verifier's, but some of the suite's cases are about them.
        if (StructureChecker.Check(request) is { } wrong && wrong.Id != VerifierDiagnostics.IndirectCall.Id)
            throw new BpfFormatException(wrong);
        return BareProgram.Run(program, memory, isCompiled);
    }
}
