// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;

namespace NopTap.Cli.Tests;

/// <summary>What the first page shows is what happens.</summary>
public sealed class ReadmeTests
{
    static readonly string s_page = File.ReadAllText(Repository.PathOf("README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void ThePictureOfTheDemoIsTheDemos()
    {
        string golden = File.ReadAllText(Repository.PathOf("test", "NopTap.Cli.Tests", "golden", "demo.txt")).ReplaceLineEndings("\n");
        int begin = s_page.IndexOf("1. An XDP firewall", StringComparison.Ordinal);
        Assert.True(begin >= 0, "README.md has no picture of the demo");
        string picture = s_page[begin..s_page.IndexOf("```", begin, StringComparison.Ordinal)];
        Assert.Equal(golden, DemoTests.Normalize(picture));
    }

    [Theory]
    [InlineData("dotnet run --project src/NopTap.Cli -c Release -- demo")]
    [InlineData("dotnet test --solution NopTap.slnx -c Release")]
    public void TheTwoCommandsAreThere(string command) => Assert.Contains(command, s_page, StringComparison.Ordinal);
}
