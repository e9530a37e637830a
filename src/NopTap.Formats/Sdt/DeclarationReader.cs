// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>Reads the declarations of probes out of an object's types.</summary>
static class DeclarationReader
{
    const string Prefix = "bpf_sdt:";
    const int MaxSize = 8;

    /// <summary>Declarations in order of tag, by name; and what is wrong with others, which matters only where such a probe is placed.</summary>
    public static (IReadOnlyList<ProbeDeclaration> Declarations, IReadOnlyDictionary<string, Diagnostic> Faults) Read(BtfTypes? btf, string file)
    {
        var declarations = new List<ProbeDeclaration>();
        var byName = new Dictionary<string, ProbeDeclaration>();
        var faults = new Dictionary<string, Diagnostic>();
        foreach (BtfType type in btf?.All ?? [])
        {
            if (type is not BtfDeclTag tag || !tag.Name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            try
            {
                ProbeDeclaration declaration = ReadOne(btf!, tag, file);
                if (byName.TryAdd(declaration.Name, declaration))
                    declarations.Add(declaration);
                else
                    CheckSame(btf!, byName[declaration.Name], declaration, file);
            }
            catch (BpfFormatException fault)
            {
                faults.TryAdd(tag.Name[Prefix.Length..].Split(':')[0], fault.Diagnostic);
            }
        }

        return (declarations, faults);
    }

    static ProbeDeclaration ReadOne(BtfTypes btf, BtfDeclTag tag, string file)
    {
        string[] parts = tag.Name[Prefix.Length..].Split(':', 3);
        string name = parts[0];
        ProbeName.Check(name, Fault.In(file, ".BTF"));
        DiagnosticPlace place = Fault.In(file, ".BTF") with { Probe = name };
        if (parts.Length < 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            throw Bad(place, $"tag '{tag.Name}' has no argument count");
        if (count > NoteReader.MaxArguments)
            throw Fault.At(FormatDiagnostics.TooManyProbeArguments, place, $"{count} parameters are declared; the limit is {NoteReader.MaxArguments}", "pass a pointer to a structure");
        if (tag.ComponentIndex != -1 || btf.TypeById(tag.TypeId) is not BtfVar variable || btf.SkipModifiers(variable.TypeId) is not BtfPointer pointer
            || btf.SkipModifiers(pointer.TypeId) is not BtfFuncProto prototype)
            throw Bad(place, $"tag '{tag.Name}' stands on something other than a pointer to a prototype");
        if (prototype.Parameters.Length != count)
            throw Bad(place, $"tag '{tag.Name}' stands on a prototype of {prototype.Parameters.Length} parameters");
        for (int i = 0; i < count; i++)
            CheckParameter(btf, prototype.Parameters[i].TypeId, i + 1, place);
        return new ProbeDeclaration(name, prototype, Names(parts, count, tag, place));
    }

    static ImmutableArray<string?> Names(string[] parts, int count, BtfDeclTag tag, DiagnosticPlace place)
    {
        if (parts.Length < 3)
            return [.. Enumerable.Repeat<string?>(null, count)];
        ImmutableArray<string?> names = ParameterList.Names(parts[2]);
        return names.Length == count ? names : throw Bad(place, $"tag '{tag.Name}' lists {names.Length} parameters");
    }

    static void CheckParameter(BtfTypes btf, int typeId, int ordinal, DiagnosticPlace place)
    {
        BtfType type = btf.SkipModifiers(typeId);
        string text = typeId == 0 ? "..." : btf.Print(typeId);
        if (btf.SizeOf(typeId) > MaxSize)
        {
            throw Fault.At(FormatDiagnostics.ProbeArgumentTooLarge, place, $"parameter {ordinal} ('{text}') has {btf.SizeOf(typeId)} bytes; the limit is {MaxSize}",
                "pass a pointer to it");
        }

        bool supported = type is BtfPointer || (type is BtfInt or BtfEnum && btf.SizeOf(typeId) is 1 or 2 or 4 or 8);
        if (!supported)
            throw Fault.At(FormatDiagnostics.ProbeArgumentType, place, $"parameter {ordinal} ('{text}') is neither integer nor pointer", "pass a pointer to it");
    }

    static void CheckSame(BtfTypes btf, ProbeDeclaration first, ProbeDeclaration second, string file)
    {
        string have = btf.Print(first.Prototype.Id);
        string want = btf.Print(second.Prototype.Id);
        if (have != want)
        {
            throw Fault.At(FormatDiagnostics.ConflictingDeclaration, Fault.In(file, ".BTF") with { Probe = first.Name },
                $"the probe is declared as '{have}' and as '{want}'", "give one of them another name");
        }
    }

    static BpfFormatException Bad(DiagnosticPlace place, string message) =>
        Fault.At(FormatDiagnostics.BadProbeDeclaration, place, message, "declare probes with the macros of bpf_sdt.h");
}
