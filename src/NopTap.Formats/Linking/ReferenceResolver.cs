// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Elf;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>Finds what an instruction of the object refers to, by its relocation or, for calls within a section, without one.</summary>
/// <param name="context">The object.</param>
/// <param name="program">The program being linked, for diagnostics.</param>
sealed class ReferenceResolver(LinkContext context, string program)
{
    const byte CallOpcode = Opcode.Jmp | Opcode.Call;

    /// <summary>Resolves one instruction.</summary>
    /// <param name="function">Function that holds it.</param>
    /// <param name="slot">Its slot in the section.</param>
    /// <param name="instruction">The instruction.</param>
    public Reference Resolve(CodeFunction function, int slot, Instruction instruction)
    {
        CodeSection section = function.Section;
        bool isCall = instruction.Opcode == CallOpcode;
        if (instruction.IsWideLoad && slot + 1 >= function.End)
            throw Bad(FormatDiagnostics.BadFunction, section, slot, "the function ends inside a 64-bit load", "build the object again");
        if (!section.TryGetRelocation(slot, out ElfRelocation relocation))
            return WithoutRelocation(section, slot, instruction, isCall);
        uint wanted = instruction.IsWideLoad ? ElfRelocation.Wide : isCall ? ElfRelocation.Call : 0;
        if (relocation.Type != wanted || wanted == 0)
        {
            throw Bad(FormatDiagnostics.RelocationMismatch, section, slot,
                $"relocation of type {relocation.Type} at opcode 0x{instruction.Opcode:x2}", "build the object with clang for the BPF target");
        }

        return relocation.Symbol.IsUndefined
            ? External(section, slot, isCall, relocation.Symbol.Name)
            : isCall ? Call(section, slot, instruction, relocation.Symbol) : Address(section, slot, instruction, relocation.Symbol);
    }

    Reference WithoutRelocation(CodeSection section, int slot, Instruction instruction, bool isCall)
    {
        byte source = (byte)instruction.Source;
        if (isCall && source == PseudoSource.ProgramCall)
            return new Reference(ReferenceKind.Function, FunctionAt(section, section, slot, (long)slot + 1 + instruction.Immediate));
        if ((isCall && source != PseudoSource.HelperCall) || (instruction.IsWideLoad && source != PseudoSource.Constant))
        {
            throw Bad(FormatDiagnostics.RelocationMismatch, section, slot,
                $"{(isCall ? "a call" : "a 64-bit load")} with pseudo source {source} has no relocation", "give the object as the compiler wrote it");
        }

        return default;
    }

    Reference Call(CodeSection section, int slot, Instruction instruction, ElfSymbol symbol)
    {
        CodeSection target = context.Code.SectionAt(symbol.SectionIndex)
            ?? throw Unknown(section, slot, symbol, "is no function of the object");
        if (symbol.Value % Instruction.Size != 0)
            throw Unknown(section, slot, symbol, "does not begin at an instruction");
        long start = (long)Math.Min(symbol.Value / Instruction.Size, int.MaxValue) + instruction.Immediate + 1;
        return new Reference(ReferenceKind.Function, FunctionAt(section, target, slot, start));
    }

    Reference Address(CodeSection section, int slot, Instruction instruction, ElfSymbol symbol)
    {
        long offset = (long)Math.Min(symbol.Value, uint.MaxValue) + instruction.Immediate;
        if (context.Code.SectionAt(symbol.SectionIndex) is { } code)
        {
            if (offset % Instruction.Size != 0)
                throw Unknown(section, slot, symbol, $"plus {instruction.Immediate} does not begin at an instruction");
            return new Reference(ReferenceKind.Function, FunctionAt(section, code, slot, offset / Instruction.Size));
        }

        if (context.Maps.TryFindMap(symbol.SectionIndex, offset, out int map))
            return new Reference(ReferenceKind.Map, MapIndex: map);
        if (!context.Maps.TryFindData(symbol.SectionIndex, out map))
            throw Unknown(section, slot, symbol, "is neither function, map nor data");
        uint size = context.Maps.Specs[map].ValueSize;
        if (offset < 0 || offset >= size)
        {
            throw Bad(FormatDiagnostics.BadRelocation, section, slot,
                $"offset {offset} lies outside section '{context.Maps.Specs[map].Name}' of {size} bytes", "build the object again");
        }

        return new Reference(ReferenceKind.MapValue, MapIndex: map, Offset: (uint)offset);
    }

    CodeFunction FunctionAt(CodeSection section, CodeSection target, int slot, long start)
    {
        CodeFunction? function = start is >= 0 and <= int.MaxValue ? target.FunctionStartingAt((int)start) : null;
        if (function is null || !ObjectCode.HoldsSubprograms(target))
        {
            string what = function is null ? $"slot {start} of section '{target.Name}', where no function begins" : $"'{function.Name}', which is an entry program";
            throw Bad(FormatDiagnostics.BadCallTarget, section, slot, $"the instruction leads to {what}", "call functions without SEC() only");
        }

        return function;
    }

    // What is not there refuses nothing yet: a path has to come to it.
    Reference External(CodeSection section, int slot, bool isCall, string name)
    {
        ExternSpec external = context.Externs.GetValueOrDefault(name) ?? new ExternSpec(name, ExternKind.Unknown, 0, IsWeak: false);
        switch (external.Kind)
        {
            case ExternKind.KernelFunction when KernelFunctions.TryFindId(name, out int function):
                return new Reference(ReferenceKind.KernelFunction, KernelFunction: function);
            case ExternKind.Kconfig when isCall:
                throw Bad(FormatDiagnostics.RelocationMismatch, section, slot, $"configuration variable '{name}' is called", "build the object again");
            case ExternKind.Kconfig when external.Offset >= 0:
                var value = new Reference(ReferenceKind.MapValue, MapIndex: context.Maps.Kconfig, Offset: (uint)external.Offset);
                return external.HasValue || external.IsWeak ? value : value with { Missing = name, Reason = Absences.Of(external, isCall) };
            case ExternKind.KernelFunction or ExternKind.KernelVariable when external.IsWeak && !isCall:
                return new Reference(ReferenceKind.Absent);
            default:
                return new Reference(ReferenceKind.Absent, Missing: name, Reason: Absences.Of(external, isCall));
        }
    }

    BpfFormatException Unknown(CodeSection section, int slot, ElfSymbol symbol, string message)
    {
        string section_ = symbol.SectionIndex < context.File.Sections.Length ? context.File.Sections[symbol.SectionIndex].Name : $"{symbol.SectionIndex}";
        string name = symbol.Name.Length == 0 ? $"section '{section_}'" : $"'{symbol.Name}' in section '{section_}'";
        return Bad(FormatDiagnostics.UnknownRelocationTarget, section, slot, $"{name} {message}", "put data into .data, .rodata, .bss or .maps");
    }

    BpfFormatException Bad(DiagnosticDescriptor kind, CodeSection section, int slot, string message, string hint) =>
        Fault.At(kind, Fault.In(context.File.Name, section.Name, (long)slot * Instruction.Size) with { Program = program }, message, hint);
}
