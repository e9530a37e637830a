// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats.Sdt;

/// <summary>Finds the parameter names in the text of a C parameter list; types come from BTF.</summary>
static class ParameterList
{
    static readonly HashSet<string> s_keywords =
    [
        "void", "char", "short", "int", "long", "signed", "unsigned", "_Bool", "bool", "float", "double", "const", "volatile", "restrict", "struct", "union", "enum",
    ];

    static readonly HashSet<string> s_qualifiers = ["const", "volatile", "restrict"];

    /// <summary>Names in order, null for a parameter without one.</summary>
    public static ImmutableArray<string?> Names(string list)
    {
        var names = ImmutableArray.CreateBuilder<string?>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] is '(' or '[' or '{')
                depth++;
            else if (list[i] is ')' or ']' or '}')
                depth--;
            else if (list[i] == ',' && depth == 0)
            {
                names.Add(NameOf(list[start..i]));
                start = i + 1;
            }
        }

        if (list.AsSpan(start).Trim().Length != 0 || names.Count != 0)
            names.Add(NameOf(list[start..]));
        return names.ToImmutable();
    }

    static string? NameOf(string parameter)
    {
        // A pointer to a function or array has its name inside the first parentheses: int (*name)(int).
        int inner = parameter.IndexOf("(*", StringComparison.Ordinal);
        if (inner >= 0)
        {
            int end = parameter.IndexOfAny([')', '['], inner);
            return LastIdentifier(end < 0 ? parameter[inner..] : parameter[inner..end], needsType: false);
        }

        int bracket = parameter.IndexOf('[', StringComparison.Ordinal);
        return LastIdentifier(bracket < 0 ? parameter : parameter[..bracket], needsType: true);
    }

    // The last word is the name, unless it is part of the type: a keyword, a tag, or the only word there is.
    static string? LastIdentifier(string text, bool needsType)
    {
        string trimmed = text.TrimEnd();
        int start = trimmed.Length;
        while (start > 0 && (char.IsAsciiLetterOrDigit(trimmed[start - 1]) || trimmed[start - 1] == '_'))
            start--;
        string word = trimmed[start..];
        string before = trimmed[..start].TrimEnd();
        if (word.Length == 0 || char.IsAsciiDigit(word[0]) || s_keywords.Contains(word))
            return null;
        if (!needsType || before.EndsWith('*') || before.EndsWith('}'))
            return word;
        string[] words = before.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words is [.., "struct" or "union" or "enum"])
            return null;
        return words.All(s_qualifiers.Contains) ? null : word;
    }
}
