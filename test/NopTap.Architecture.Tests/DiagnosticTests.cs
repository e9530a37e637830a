// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Architecture.Tests;

/// <summary>Every registered diagnostic is documented as it is and named by a test that provokes it.</summary>
public sealed class DiagnosticTests
{
    static readonly List<(FieldInfo Field, DiagnosticDescriptor Descriptor)> s_registered =
    [
        .. Layers.Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Diagnostics", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Where(field => field.FieldType == typeof(DiagnosticDescriptor))
            .Select(field => (field, (DiagnosticDescriptor)field.GetValue(null)!)),
    ];

    [Fact]
    public void IdsAreUnique()
    {
        Assert.NotEmpty(s_registered);
        Assert.Empty(s_registered.GroupBy(entry => entry.Descriptor.Id).Where(group => group.Count() != 1).Select(group => group.Key));
    }

    [Fact]
    public void DocumentListsExactlyWhatIsRegistered()
    {
        var documented = File.ReadLines(Repository.PathOf("docs", "diagnostics.md"))
            .Where(line => line.StartsWith("| BPF", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[1]} {cells[2]} {cells[3]}")
            .ToList();
        Assert.Equal(documented.Order(StringComparer.Ordinal), documented);
        IEnumerable<string> registered = s_registered.Select(entry => $"{entry.Descriptor.Id} {entry.Descriptor.Title} {entry.Descriptor.Errno}");
        Assert.Equal(registered.Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void EachIsProvokedByATest()
    {
        IReadOnlyList<(string Path, string Text)> tests = SourceTree.Files("test", ".cs", ".case", ".txt", ".golden");
        var missing = s_registered
            .Where(entry => !tests.Any(file => !file.Path.Contains("Architecture", StringComparison.Ordinal)
                && (file.Text.Contains($"{entry.Field.DeclaringType!.Name}.{entry.Field.Name}", StringComparison.Ordinal)
                    || file.Text.Contains(entry.Descriptor.Id, StringComparison.Ordinal))))
            .Select(entry => $"{entry.Descriptor.Id} {entry.Field.Name}");
        Assert.Empty(missing);
    }
}
