// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Maps;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>What to answer where a path needs a name that nothing here has.</summary>
static class Absences
{
    public static Diagnostic Of(ExternSpec external, bool isCall) => external.Kind switch
    {
        ExternKind.Kconfig when external.Offset < 0 => FormatDiagnostics.KconfigUsed.At(
            default, $"kernel configuration variable '{external.Name}' is used, whose type has no size of 1 to {KconfigReader.MaxSize} bytes",
            "declare it as an integer, a bool or a short array of char"),
        ExternKind.Kconfig => FormatDiagnostics.KconfigUsed.At(
            default, $"kernel configuration variable '{external.Name}' is used, which has no value here",
            $"give it one before loading: spec.WithKconfig(\"{external.Name}\", \"y\"); or declare it __weak, which makes it 0"),
        ExternKind.KernelFunction when external.IsWeak => FormatDiagnostics.KernelSymbolUsed.At(
            default, $"kernel function '{external.Name}' is called, which does not exist here", $"call it behind a test only: if (bpf_ksym_exists({external.Name}))"),
        ExternKind.KernelFunction or ExternKind.KernelVariable => FormatDiagnostics.KernelSymbolUsed.At(
            default, $"kernel {(external.Kind == ExternKind.KernelFunction ? "function" : "variable")} '{external.Name}' is used, which does not exist here",
            "there is no kernel beneath these programs; declare it __weak and test for it, or leave it out"),
        _ => FormatDiagnostics.UndefinedSymbol.At(
            default, $"symbol '{external.Name}' is {(isCall ? "called" : "used")} and defined nowhere", "define it, or link the object that does"),
    };

    public static Diagnostic OfKernelType(uint kind, string type) => FormatDiagnostics.KernelTypesNeeded.At(
        default, $"relocation of kind {kind} asks for a type of the running kernel ('{type}')", "there is no kernel beneath these programs; leave bpf_core_type_id_kernel out");
}
