// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Cli;

/// <summary>Files inside the tool.</summary>
static class Resources
{
    /// <summary>A file's bytes.</summary>
    public static byte[] Bytes(string name)
    {
        using Stream stream = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new UnreachableException($"BUG: the tool was built without '{name}'");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A file's lines.</summary>
    public static IEnumerable<string> Lines(string name) =>
        System.Text.Encoding.UTF8.GetString(Bytes(name)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
