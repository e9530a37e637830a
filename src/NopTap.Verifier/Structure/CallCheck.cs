// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Structure;

/// <summary>
/// Whether what an instruction names exists here: helpers, functions and variables of the kernel. Asked of what a path reaches, as the kernel asks,
/// so that code that cannot run refuses nothing.
/// </summary>
static class CallCheck
{
    /// <summary>The reason why a helper or kernel function cannot be called, or null.</summary>
    public static Diagnostic? Find(VerificationRequest request, int slot)
    {
        Instruction instruction = request.Program.Instructions[slot];
        DiagnosticPlace place = ProgramPlaces.At(request.Program, slot);
        if (instruction.IsKfuncCall)
        {
            return VerifierDiagnostics.KernelFunction.At(
                place, $"call of kernel function with BTF id {instruction.Immediate}", "use a helper; there is no kernel here whose functions could be called");
        }

        return request.Helpers.ContainsKey(instruction.Immediate) ? null : MissingHelper(request.Program, place, instruction.Immediate);
    }

    /// <summary>The reason why a wide load names nothing, or null.</summary>
    public static Diagnostic? Variable(ProgramSpec program, int slot) => (byte)program.Instructions[slot].Source != PseudoSource.BtfId
        ? null
        : VerifierDiagnostics.KernelVariable.At(
            ProgramPlaces.At(program, slot), $"load of kernel variable with BTF id {program.Instructions[slot].Immediate}",
            "keep the variable in a map; there is no kernel here whose variables could be read");

    // Missing here, and refused to programs of this type by the kernel too, are two things: what helps against one is no use against the other.
    static Diagnostic MissingHelper(ProgramSpec program, DiagnosticPlace place, int id)
    {
        if (HelperCatalog.NameOf(id) is not string name)
        {
            return VerifierDiagnostics.UnknownHelper.At(
                place, $"call of helper {id}, which does not exist", "register a helper of that number with the runtime, or correct the number");
        }

        return HelperCatalog.Find(id) is null
            ? VerifierDiagnostics.HelperNotImplemented.At(
                place, $"call of helper {id} (bpf_{name}), which this runtime does not have for programs of any type",
                "leave the call out where the program runs here, or run the program in the kernel; a helper of the kernel cannot be added by the host")
            : VerifierDiagnostics.UnknownHelper.At(
                place, $"call of helper {id} (bpf_{name}), which programs of type {program.Type} may not call",
                "call it from a program of a type that may, or do without it");
    }
}
