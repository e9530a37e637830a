// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>The rule for names of probes: a C identifier of at most 127 characters.</summary>
static class ProbeName
{
    public const int MaxLength = 127;

    /// <summary>Name in a symbol: what stands between the prefix and the first dot.</summary>
    public static string FromSymbol(string symbol, string prefix, DiagnosticPlace place)
    {
        int dot = symbol.IndexOf('.', prefix.Length);
        string name = dot < 0 ? symbol[prefix.Length..] : symbol[prefix.Length..dot];
        Check(name, place);
        return name;
    }

    public static void Check(string name, DiagnosticPlace place)
    {
        string? fault = name.Length == 0 ? "the name is empty"
            : name.Length > MaxLength ? $"the name has {name.Length} characters; the limit is {MaxLength}"
            : !IsIdentifier(name) ? $"'{name}' is no C identifier"
            : null;
        if (fault is not null)
            throw Fault.At(FormatDiagnostics.BadProbeName, place, fault, "name probes as C names functions");
    }

    static bool IsIdentifier(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return !char.IsAsciiDigit(name[0]);
    }
}
