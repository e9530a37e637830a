// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Linking;
using NopTap.Formats.Maps;
using NopTap.TestKit;

namespace NopTap.Formats.Tests;

/// <summary>The tables of attributes and section names in docs/verifier.md: what the readers know, no more and no less.</summary>
public sealed class AttributeTableTests
{
    static string[] Rows(string header) =>
    [
        .. File.ReadLines(Repository.PathOf("docs", "verifier.md")).SkipWhile(line => !line.StartsWith($"| {header} |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1]),
    ];

    [Fact]
    public void AttributesOfMapsAreListed() => Assert.Equal(MapDefinitionParser.Known.Order(), Rows("attribute").Order());

    [Fact]
    public void PartsOfSectionNamesAreListed()
    {
        IEnumerable<string> names = SectionTable.Exact.Keys.Concat(SectionTable.WithTarget.Keys);
        IEnumerable<string> suffixes = names.Select(static name => name.Split('/')[0]).Where(static name => name.Contains('.', StringComparison.Ordinal))
            .SelectMany(static name => name.Split('.').Skip(1)).Select(static suffix => "." + suffix);
        IEnumerable<string> maps = SectionTable.Exact.Keys.Where(static name => name.StartsWith("xdp/", StringComparison.Ordinal)).Select(static name => name[3..]);
        Assert.Equal(suffixes.Concat(maps).Append("?").Distinct().Order(), Rows("section name").Order());
    }
}
