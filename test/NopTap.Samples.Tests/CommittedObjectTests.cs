// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.Samples.Tests;

public sealed class CommittedObjectTests
{
    public static TheoryData<string, string> Scripts => new()
    {
        { "samples", "samples/build.sh" },
        { "bench/programs", "bench/programs/build.sh" },
        { "test/corpus/objects", "test/corpus/objects/build.sh" },
        { "test/corpus/api", "test/corpus/api/build.sh" },
        { "test/corpus/formats", "test/corpus/formats/build.sh" },
        { "test/corpus/verifier", "test/corpus/verifier/build.sh" },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public void TheCommittedObjectsAreWhatTheCompilersWrite(string directory, string script)
    {
        if (!RepositoryTree.Has("clang-19"))
            Assert.Skip("clang-19, which built the committed objects, is not installed");
        string rebuilt = Directory.CreateTempSubdirectory("noptap-objects-").FullName;
        try
        {
            (int exitCode, string output) = RepositoryTree.Run("bash", RepositoryTree.At(script), rebuilt);
            Assert.True(exitCode == 0, output);
            string[] objects = Directory.GetFiles(rebuilt, "*.o", SearchOption.AllDirectories);
            Assert.NotEmpty(objects);
            foreach (string path in objects)
            {
                string committed = RepositoryTree.At(directory, Path.GetRelativePath(rebuilt, path));
                Assert.True(File.Exists(committed), $"{committed} is not committed; run {script}");
                if (SameCompiler(path, committed))
                    Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(committed)), $"{committed} is stale; run {script}");
            }
        }
        finally
        {
            Directory.Delete(rebuilt, recursive: true);
        }
    }

    [Fact]
    public void NoCommittedObjectHoldsAPathOfTheMachineThatBuiltIt()
    {
        string[] objects =
        [
            .. Directory.GetFiles(RepositoryTree.At("samples"), "*.bpf.o", SearchOption.AllDirectories),
            .. Directory.GetFiles(RepositoryTree.At("bench"), "*.bpf.o", SearchOption.AllDirectories),
            .. Directory.GetFiles(RepositoryTree.At("test", "corpus"), "*.bpf.o", SearchOption.AllDirectories),
        ];
        Assert.NotEmpty(objects);
        foreach (string path in objects)
        {
            string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
            foreach (string root in new[] { "/home/", "/tmp/", "/usr/", "/root/" })
                Assert.False(text.Contains(root, StringComparison.Ordinal), $"{path} names a path below {root}");
        }
    }

    /// <summary>A point release of a compiler may choose other registers: only the release that wrote the committed object must repeat it.</summary>
    static bool SameCompiler(string one, string other) => Producer(one) == Producer(other);

    static string Producer(string path)
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        int at = text.IndexOf("clang version ", StringComparison.Ordinal);
        return at < 0 ? "" : text[at..text.IndexOf('\0', at)];
    }
}
