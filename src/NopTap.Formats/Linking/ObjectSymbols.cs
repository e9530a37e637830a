// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Elf;

namespace NopTap.Formats.Linking;

/// <summary>The undefined symbols of an object, sorted by what they would name outside it.</summary>
static class ObjectSymbols
{
    public static ImmutableArray<ExternSpec> ReadExterns(ElfFile file, BtfTypes? btf)
    {
        var kinds = new Dictionary<string, (ExternKind Kind, int TypeId)>();
        if (btf is not null)
        {
            Collect(btf, ".kconfig", kinds);
            Collect(btf, ".ksyms", kinds);
        }

        var externs = ImmutableArray.CreateBuilder<ExternSpec>();
        var seen = new HashSet<string>();
        foreach (ElfSymbol symbol in file.Symbols)
        {
            if (!symbol.IsUndefined || symbol.Name.Length == 0 || !seen.Add(symbol.Name))
                continue;
            (ExternKind kind, int type) = kinds.GetValueOrDefault(symbol.Name, (ExternKind.Unknown, 0));
            externs.Add(new ExternSpec(symbol.Name, kind, type, symbol.IsWeak));
        }

        return externs.ToImmutable();
    }

    static void Collect(BtfTypes btf, string section, Dictionary<string, (ExternKind Kind, int TypeId)> kinds)
    {
        if (btf.FindByName<BtfDataSec>(section) is not { } data)
            return;
        foreach (BtfSectionVariable variable in data.Variables)
        {
            BtfType type = btf.TypeById(variable.TypeId);
            ExternKind kind = section == ".kconfig" ? ExternKind.Kconfig : type is BtfFunc ? ExternKind.KernelFunction : ExternKind.KernelVariable;
            kinds.TryAdd(type.Name, (kind, type.Id));
        }
    }
}
