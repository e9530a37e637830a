// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit;

/// <summary>Finds the files of this repository, and those beside it, from a test's output folder.</summary>
public static class Repository
{
    static readonly string? s_root = FindRoot();

    /// <summary>Folder of the solution.</summary>
    public static string Root => s_root ?? throw new InvalidOperationException($"no NopTap.slnx above {AppContext.BaseDirectory}");

    /// <summary>Path of a file of the repository.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>The instruction-set vectors, which lie beside the repository where they are at hand; null elsewhere.</summary>
    public static string? ConformanceVectors
    {
        get
        {
            string path = Path.GetFullPath(PathOf("..", "shared", "conformance", "vectors.json"));
            return File.Exists(path) ? path : null;
        }
    }

    static string? FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NopTap.slnx")))
                return folder.FullName;
        }

        return null;
    }
}
