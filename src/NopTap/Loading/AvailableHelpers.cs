// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Globalization;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>Whether everything that a program calls exists here: the verifier knows more helpers of the kernel than the runtime has.</summary>
internal static class AvailableHelpers
{
    /// <summary>The first call of a helper that does not exist here, in code that some path reaches, as a diagnostic; null when there is none.</summary>
    /// <param name="verified">A program that was accepted.</param>
    /// <param name="helpers">What programs of its type may call.</param>
    internal static Diagnostic? FirstMissing(VerifiedProgram verified, FrozenDictionary<int, HelperBinding> helpers)
    {
        ProgramSpec program = verified.Spec;
        for (int slot = 0; slot < program.Instructions.Length; slot += program.Instructions[slot].SlotCount)
        {
            Instruction instruction = program.Instructions[slot];
            if (verified.Facts[slot].IsDead || !instruction.IsHelperCall || !helpers.TryGetValue(instruction.Immediate, out HelperBinding helper) || helper.IsAvailable)
                continue;
            return RuntimeDiagnostics.HelperNotImplemented.At(
                new DiagnosticPlace { Program = program.Name, Section = program.SectionName, Instruction = slot, Source = SourceOf(program, slot) },
                $"call of bpf_{helper.Signature.Name}, which the kernel has and this runtime does not",
                "run the program in the kernel, or leave the call out where it runs here");
        }

        return null;
    }

    static string? SourceOf(ProgramSpec program, int slot) => program.LineAt(slot) is { } line ? string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(line.File)}:{line.Line}") : null;
}
