// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;
using NopTap.TestKit;

namespace NopTap.Architecture.Tests;

/// <summary>docs/security.md names a test for each promise: those that there are.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void EveryTestThatThePageNamesExists()
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "security.md"));
        string tests = string.Join('\n', SourceTree.Files("test", ".cs").Select(file => file.Text));
        string[] named = [.. TestName().Matches(page).Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(named.Length > 20, "the page names its tests");
        string[] missing = [.. named.Where(name => !name.Split('.').All(part => Regex.IsMatch(tests, $@"\b(class|void) {part}\b")))];
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"`(\w+Tests(?:\.\w+)?)`")]
    private static partial Regex TestName();
}
