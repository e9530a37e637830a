// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;

namespace NopTap.Cli.Tests;

/// <summary>Expected texts in files; <c>NOPTAP_BLESS=1</c> writes them anew, for review as a diff.</summary>
static class Golden
{
    public static void Check(string name, string have)
    {
        string path = Repository.PathOf("test", "NopTap.Cli.Tests", "golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("NOPTAP_BLESS") == "1")
        {
            File.WriteAllText(path, have);
            return;
        }

        Assert.True(File.Exists(path), $"golden/{name}.txt does not exist; NOPTAP_BLESS=1 writes it");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), have);
    }
}
