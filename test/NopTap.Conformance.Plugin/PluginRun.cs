// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.Verifier;
using NopTap.Verifier.Structure;

namespace NopTap.Conformance.Plugin;

/// <summary>
/// What bpf_conformance calls for each of its cases. The program comes as hex pairs on standard input, the memory that r1 points at as hex pairs in
/// the argument; r0 goes to standard output in hex.
/// </summary>
/// <remarks>
/// The cases carry no types, so nothing can be proved of them: they run past the verifier, and a compiled one that touches what it may not ends
/// this process. That is why this is a program of the tests and no command of the tool.
/// </remarks>
static class PluginRun
{
    const int Success = 0;
    const int Refused = 1;
    const int Misuse = 2;
    const string ProgramName = "stdin";

    /// <summary>Runs one case.</summary>
    /// <param name="arguments"><c>[MEMORY] [--jit|--interpret]</c>.</param>
    /// <param name="input">The program.</param>
    /// <param name="output">Takes r0.</param>
    /// <param name="error">Takes what is wrong.</param>
    /// <returns>0, 1 when the case was refused, 2 when the arguments make no sense.</returns>
    internal static int Of(string[] arguments, TextReader input, TextWriter output, TextWriter error)
    {
        string[] options = Array.FindAll(arguments, argument => argument.StartsWith('-'));
        string[] memory = Array.FindAll(arguments, argument => !argument.StartsWith('-'));
        if (options.Length > 1 || memory.Length > 1 || Array.Exists(options, option => option is not ("--jit" or "--interpret")))
        {
            error.WriteLine("usage: NopTap.Conformance.Plugin [MEMORY] [--jit|--interpret] < PROGRAM");
            return Misuse;
        }

        try
        {
            bool isCompiled = options is ["--jit"] || (options.Length == 0 && BpfRuntime.IsCompilerSupported);
            byte[] code = HexPairs.Parse(input.ReadToEnd(), "program");
            output.WriteLine($"{Run(code, HexPairs.Parse(memory is [var text] ? text : "", "memory"), isCompiled):x}");
            return Success;
        }
        catch (Exception e) when (e is BpfException or FormatException)
        {
            error.WriteLine(e.Message);
            return Refused;
        }
    }

    static ulong Run(byte[] code, byte[] memory, bool isCompiled)
    {
        ImmutableArray<Instruction> instructions = InstructionDecoder.Decode(code, new DiagnosticPlace { Program = ProgramName });
        VerifiedProgram program = UnverifiedProgram.TrustUnverified(instructions, ProgramName);
        // Calls through registers are no business of a verifier's, but some of the suite's cases are about them.
        if (StructureChecker.Check(program.Spec, []) is { } wrong && wrong.Id != VerifierDiagnostics.IndirectCall.Id)
            throw new BpfFormatException(wrong);
        return BareProgram.Run(program, memory, isCompiled);
    }
}
