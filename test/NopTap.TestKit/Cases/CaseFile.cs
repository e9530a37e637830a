// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.TestKit.Cases;

/// <summary>A file of cases (<c>*.case</c>): tests as text, for every layer.</summary>
/// <remarks>
/// <code>
/// # comments, only outside sections
/// == name of the case        (left out where the file holds one case, which then has the file's name)
/// -- section                 what follows the name on the line is the section's argument
/// body
/// </code>
/// Sections are those of <see cref="TestCase.KnownSections"/>; each may stand once in a case. Blank lines around a body do not count.
/// </remarks>
public static class CaseFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CaseFormatException">The file breaks the format.</exception>
    public static ImmutableArray<TestCase> Read(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">What the file is called.</param>
    /// <exception cref="CaseFormatException">The text breaks the format.</exception>
    public static ImmutableArray<TestCase> Parse(string text, string path)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        string stem = Path.GetFileNameWithoutExtension(path);
        ImmutableArray<TestCase>.Builder cases = ImmutableArray.CreateBuilder<TestCase>();
        var builder = new CaseBuilder(stem, path);
        for (int number = 1; number <= lines.Length; number++)
        {
            string line = lines[number - 1];
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                Finish(builder, cases);
                builder = new CaseBuilder($"{stem}/{line[3..].Trim()}", path);
            }
            else if (line.StartsWith("-- ", StringComparison.Ordinal))
            {
                builder.Begin(line[3..].Trim(), number);
            }
            else
            {
                builder.Add(line, number);
            }
        }

        Finish(builder, cases);
        if (cases.Count == 0)
            throw new CaseFormatException(path, 1, "a case has sections, and this file has none");
        if (cases.GroupBy(test => test.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new CaseFormatException(path, 1, $"two cases are called '{twice.Key}'");
        return cases.ToImmutable();
    }

    static void Finish(CaseBuilder builder, ImmutableArray<TestCase>.Builder cases)
    {
        if (builder.Build() is { } test)
            cases.Add(test);
    }
}
