// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace NopTap.TestKit.Cases;

/// <summary>The case files under <c>test/corpus</c>.</summary>
public static class Corpus
{
    static readonly ConcurrentDictionary<string, FrozenDictionary<string, TestCase>> s_folders = new();

    /// <summary>The cases of a folder, ordered by name.</summary>
    /// <param name="folder">Folder under <c>test/corpus</c>, as <c>isa</c>.</param>
    /// <param name="handled">Sections that the caller reads; a case with any other is an error, so that nothing is tested in vain.</param>
    /// <exception cref="CaseFormatException">A file breaks the format or has a section that the caller does not read.</exception>
    public static ImmutableArray<TestCase> Load(string folder, params ReadOnlySpan<string> handled)
    {
        ImmutableArray<TestCase> cases = [.. Folder(folder).Values.OrderBy(test => test.Name, StringComparer.Ordinal)];
        foreach (TestCase test in cases)
        {
            foreach (CaseSection section in test.Sections.Values)
            {
                if (!handled.Contains(section.Name))
                    throw new CaseFormatException(test.Path, section.Line, $"section '{section.Name}' is read by no test of folder '{folder}'");
            }
        }

        return cases;
    }

    /// <summary>One case of a folder, by name.</summary>
    /// <param name="folder">Folder under <c>test/corpus</c>.</param>
    /// <param name="name">Name of the case.</param>
    public static TestCase Find(string folder, string name) => Folder(folder)[name];

    static FrozenDictionary<string, TestCase> Folder(string folder) => s_folders.GetOrAdd(folder, static name =>
    {
        string path = Repository.PathOf("test", "corpus", name);
        return Directory.EnumerateFiles(path, "*.case").SelectMany(file => CaseFile.Read(file)).ToFrozenDictionary(test => test.Name);
    });
}
