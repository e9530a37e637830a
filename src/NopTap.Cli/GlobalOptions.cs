// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace NopTap.Cli;

/// <summary>Options that every command has.</summary>
static class GlobalOptions
{
    /// <summary>One JSON document.</summary>
    public const string Json = "--json";

    /// <summary>The same, indented.</summary>
    public const string Pretty = "--pretty";

    /// <summary>Declares them.</summary>
    public static void AddTo(RootCommand root)
    {
        root.Add(new Option<bool>(Json, "-j") { Description = "Print JSON.", Recursive = true });
        root.Add(new Option<bool>(Pretty, "-p") { Description = "Print JSON, indented.", Recursive = true });
    }
}
