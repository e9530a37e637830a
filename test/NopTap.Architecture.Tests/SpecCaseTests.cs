// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using NopTap.TestKit;

namespace NopTap.Architecture.Tests;

/// <summary>Each case of the list in docs/testing.md has a test that carries its number, and the list names the classes that hold them.</summary>
public sealed partial class SpecCaseTests
{
    // 49 to 51 and 61 have tests too; 66 and 67 are about file descriptors and ids that wrap, which do not exist here.
    static readonly IEnumerable<int> s_required =
        [.. Enumerable.Range(1, 48), .. Enumerable.Range(52, 9), .. Enumerable.Range(62, 4), .. Enumerable.Range(68, 5)];

    static readonly SortedDictionary<int, SortedSet<string>> s_traits = ReadTraits();

    [Fact]
    public void EveryRequiredCaseHasATest() => Assert.Empty(s_required.Except(s_traits.Keys));

    [Fact]
    public void TheTableIsThatOfTheTraits()
    {
        string[] table = [.. File.ReadLines(Repository.PathOf("docs", "testing.md")).Where(line => Row().IsMatch(line))];
        Assert.Equal(s_traits.Select(entry => $"G.{entry.Key} {string.Join(", ", entry.Value)}"), table.Select(Classes));
    }

    static string Classes(string row)
    {
        string[] cells = row.Split('|', StringSplitOptions.TrimEntries);
        return $"{cells[1]} {cells[3].Replace("`", "", StringComparison.Ordinal)}";
    }

    static SortedDictionary<int, SortedSet<string>> ReadTraits()
    {
        var traits = new SortedDictionary<int, SortedSet<string>>();
        foreach ((string path, string text) in SourceTree.Files("test", ".cs"))
        {
            foreach (Match match in Trait().Matches(text))
            {
                int number = int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
                if (!traits.TryGetValue(number, out SortedSet<string>? classes))
                    traits.Add(number, classes = new SortedSet<string>(StringComparer.Ordinal));
                classes.Add(Path.GetFileNameWithoutExtension(path));
            }
        }

        return traits;
    }

    [GeneratedRegex("""\[Trait\("Spec", "G\.([0-9]+)"\)\]""")]
    private static partial Regex Trait();

    [GeneratedRegex("""^\| G\.[0-9]+ \|""")]
    private static partial Regex Row();
}
