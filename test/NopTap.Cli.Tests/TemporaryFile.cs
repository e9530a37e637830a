// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Cli.Tests;

/// <summary>A file that goes when the test ends.</summary>
sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string name, byte[] content)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("noptap-");
        Path = System.IO.Path.Combine(Directory.FullName, name);
        File.WriteAllBytes(Path, content);
    }

    public DirectoryInfo Directory { get; }

    public string Path { get; }

    public void Dispose() => Directory.Delete(recursive: true);
}
