// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Structure;

/// <summary>
/// Whether what an instruction names exists here: helpers, functions and variables of the kernel. Asked of what a path reaches, as the kernel asks,
/// so that code that cannot run refuses nothing; of all code where no paths are followed.
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

    static Diagnostic MissingHelper(ProgramSpec program, DiagnosticPlace place, int id) => HelperCatalog.NameOf(id) is string name
        ? VerifierDiagnostics.UnknownHelper.At(
            place, $"call of helper {id} (bpf_{name}), which programs of type {program.Type} cannot call here", "register the helper with the runtime, or do without it")
        : VerifierDiagnostics.UnknownHelper.At(
            place, $"call of helper {id}, which does not exist", "register a helper of that number with the runtime, or correct the number");
}
