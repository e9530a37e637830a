// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Contexts;

/// <summary>Programs that are not run because there is nothing here that they could be given, so nothing can be proved of them either.</summary>
internal static class NotRunnablePrograms
{
    /// <summary>What a program lacks, or null when the verifier can be asked.</summary>
    internal static Diagnostic? Why(ProgramSpec program)
    {
        var place = new DiagnosticPlace { Program = program.Name, Section = program.SectionName };
        if (!ProgramTypes.TryGet(program.Type, out _))
        {
            return RuntimeDiagnostics.ProgramTypeUnknown.At(
                place, $"program type {program.Type} is not supported", "use xdp, tc, socket, cgroup_skb or tracing programs, or a section of the host's own");
        }

        return program.Type switch
        {
            ProgramType.Tracing => Observer(program, place),
            ProgramType.Unspec => Plain(program, place),
            _ => null,
        };
    }

    static Diagnostic? Observer(ProgramSpec program, DiagnosticPlace place) =>
        program.AttachType is AttachType.TraceSdt or AttachType.TraceFentry or AttachType.TraceFexit
            ? null
            : RuntimeDiagnostics.ProgramTypeUnknown.At(
                place, $"nothing here could be observed by a tracing program for {program.AttachType}", "put observers in sections bpf_sdt, fentry or fexit");

    static Diagnostic? Plain(ProgramSpec program, DiagnosticPlace place)
    {
        string section = program.SectionName.Length == 0 ? "no section" : $"section '{program.SectionName}'";
        string parameter = $"the parameter '{program.EntryParameter}'";
        if (program.EntryContext is not { } structure)
        {
            string lacks = program.EntryParameter is not null ? $"{parameter} points to no structure of known size"
                : program.Btf is null ? "the object has no types (-g), so the parameter points to no structure of known size" : "the entry takes no parameter";
            return RuntimeDiagnostics.ContextUnknown.At(
                place,
                $"{section} is of no program type, and {lacks}, so nothing can be proved of the program",
                "use a section of a program type (xdp, tc, socket, cgroup_skb/ingress), or set the type; a host's own program takes a pointer to the host's structure");
        }

        if (structure.Name is "__sk_buff" or "xdp_md")
        {
            return RuntimeDiagnostics.SectionAmbiguous.At(
                place,
                structure.Name == "xdp_md"
                    ? $"{section} is that of no xdp program, and {parameter} is that of one"
                    : $"{section} does not tell which of the program types with {parameter} is meant: socket, tc, action, cgroup_skb/ingress or cgroup_skb/egress",
                "name the section after the type, or set the type (ProgramSpec.Type; noptap: --type)");
        }

        return structure.Size <= PlainLayout.MaxSize ? null : RuntimeDiagnostics.ContextUnknown.At(
            place,
            string.Create(CultureInfo.InvariantCulture, $"{parameter} points to {structure.Size} bytes, more than a structure of the host can have ({PlainLayout.MaxSize})"),
            "hand large data over in a map");
    }
}
