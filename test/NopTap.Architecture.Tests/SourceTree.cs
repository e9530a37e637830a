// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;

namespace NopTap.Architecture.Tests;

/// <summary>The tracked text files of the repository, read once.</summary>
static class SourceTree
{
    static readonly string[] s_skipped = ["artifacts", "bin", "obj", ".git", "TestResults", "BenchmarkDotNet.Artifacts"];

    internal static IReadOnlyList<(string Path, string Text)> Files(string folder, params string[] extensions)
    {
        var files = new List<(string, string)>();
        Collect(Repository.PathOf(folder), extensions, files);
        return files;
    }

    static void Collect(string folder, string[] extensions, List<(string, string)> files)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            if (extensions.Contains(Path.GetExtension(file)))
                files.Add((Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file)));
        }

        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (!s_skipped.Contains(Path.GetFileName(child)))
                Collect(child, extensions, files);
        }
    }
}
