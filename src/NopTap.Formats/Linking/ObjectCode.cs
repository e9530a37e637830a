// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Elf;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>All code of an object, split into entry programs and subprograms as libbpf does.</summary>
/// <remarks>
/// Functions of <c>.text</c> are subprograms, those of every other executable section are entries. An object whose only function stands
/// in <c>.text</c> has that one as its entry.
/// </remarks>
sealed class ObjectCode
{
    const string SubprogramSection = ".text";

    readonly Dictionary<int, CodeSection> _sections = [];

    ObjectCode()
    {
    }

    /// <summary>Entry programs in order of section and offset.</summary>
    public List<CodeFunction> Entries { get; } = [];

    /// <summary>Code section of an ELF index, or null.</summary>
    public CodeSection? SectionAt(int index) => _sections.GetValueOrDefault(index);

    /// <summary>Whether a section's functions can be called.</summary>
    public static bool HoldsSubprograms(CodeSection section) => section.Name == SubprogramSection;

    public static ObjectCode Read(ElfFile file)
    {
        var code = new ObjectCode();
        foreach (ElfSection section in file.Sections)
        {
            if (section.IsCode)
                code._sections.Add(section.Index, new CodeSection(file, section));
        }

        var functions = code._sections.Keys.ToDictionary(static index => index, static _ => new List<ElfSymbol>());
        foreach (ElfSymbol symbol in file.Symbols)
        {
            if (symbol.IsFunction && functions.TryGetValue(symbol.SectionIndex, out List<ElfSymbol>? list))
                list.Add(symbol);
        }

        foreach ((int index, CodeSection section) in code._sections)
            section.SetFunctions(MakeFunctions(file, section, functions[index]));
        code.CollectEntries(file);
        return code;
    }

    static IEnumerable<CodeFunction> MakeFunctions(ElfFile file, CodeSection section, List<ElfSymbol> symbols)
    {
        // Hand-written code may lack sizes: such a function ends where the next begins.
        ulong[] starts = [.. symbols.Select(static s => s.Value).Append(section.Section.Size).Distinct().Order()];
        foreach (ElfSymbol symbol in symbols)
        {
            ulong room = symbol.Value < section.Section.Size ? section.Section.Size - symbol.Value : 0;
            ulong size = symbol.Size;
            if (size == 0 && room != 0)
                size = starts[Array.BinarySearch(starts, symbol.Value) + 1] - symbol.Value;
            if (size == 0 || size > room || symbol.Value % Instruction.Size != 0 || size % Instruction.Size != 0)
            {
                throw Fault.At(FormatDiagnostics.BadFunction, Fault.In(file.Name, section.Name, (long)symbol.Value),
                    $"function '{symbol.Name}' of {size} bytes in a section of {section.Section.Size}", "the file is damaged; build it again");
            }

            yield return new CodeFunction(symbol.Name, section, (int)symbol.Value / Instruction.Size, (int)size / Instruction.Size,
                symbol.IsLocal, symbol.IsHidden);
        }
    }

    void CollectEntries(ElfFile file)
    {
        int functions = _sections.Values.Sum(static s => s.Functions.Length);
        var names = new HashSet<string>();
        foreach (CodeSection section in _sections.Values.OrderBy(static s => s.Section.Index))
        {
            if (HoldsSubprograms(section) && functions != 1)
                continue;
            foreach (CodeFunction function in section.Functions)
            {
                DiagnosticPlace place = Fault.In(file.Name, section.Name) with { Program = function.Name };
                if (function.IsStatic && !HoldsSubprograms(section))
                    throw Fault.At(FormatDiagnostics.StaticProgram, place, "an entry program must not be static", "remove 'static' from the function");
                if (!names.Add(function.Name))
                    throw Fault.At(FormatDiagnostics.DuplicateProgram, place, "two programs have this name", "rename one of them");
                Entries.Add(function);
            }
        }
    }
}
