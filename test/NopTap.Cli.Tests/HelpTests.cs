// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("demo")]
    [InlineData("run")]
    [InlineData("verify")]
    [InlineData("prog")]
    [InlineData("prog list")]
    [InlineData("prog dump")]
    [InlineData("prog dump xlated")]
    [InlineData("prog dump jited")]
    [InlineData("probe")]
    [InlineData("probe list")]
    [InlineData("probe trace")]
    [InlineData("map")]
    [InlineData("map list")]
    [InlineData("map dump")]
    public void HelpIsAsReviewed(string command)
    {
        string help = ToolRun.Output([.. Words(command), "--help"]);
        Golden.Check($"help{(command.Length == 0 ? "" : "-")}{command.Replace(' ', '-')}", string.Join('\n', help.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())));
    }

    [Theory]
    [InlineData("help", "")]
    [InlineData("prog help", "prog")]
    [InlineData("-h", "")]
    public void HelpIsAlsoAWord(string typed, string meant) =>
        Assert.Equal(ToolRun.Output([.. Words(meant), "--help"]), ToolRun.Output(Words(typed)));

    [Theory]
    [InlineData("prog l")]
    [InlineData("prog li")]
    [InlineData("prog list")]
    public void UniquePrefixesAreEnough(string typed) =>
        Assert.Equal(ToolRun.Output("prog", "list", ToolRun.Firewall), ToolRun.Output([.. Words(typed), ToolRun.Firewall]));

    [Fact]
    public void AmbiguousPrefixesAreMisuse()
    {
        ToolRun run = ToolRun.Of("pro", "list", ToolRun.Firewall);
        Assert.Equal(Tool.Misuse, run.Exit);
        Assert.Contains("'pro' is ambiguous; noptap knows prog, probe", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a command is missing; noptap knows demo, run, verify, prog, probe, map")]
    [InlineData("prog", "a command is missing; 'prog' knows list, dump")]
    [InlineData("prog dump", "'dump' knows xlated, jited")]
    [InlineData("frog", "unknown command 'frog'")]
    [InlineData("probe trade", "unknown command 'trade'")]
    [InlineData("run", "'OBJ'")]
    [InlineData("run x.o p", "'--pcap' is required")]
    [InlineData("run x.o p --pcap", "'--pcap'")]
    [InlineData("run x.o p --pcap f --repeat 0", "--repeat wants a number from 1 on")]
    [InlineData("run x.o p --pcap f --repeat many", "--repeat wants a number from 1 on, not 'many'")]
    [InlineData("run x.o p --pcap f --engine llvm", "'llvm'")]
    [InlineData("prog list x.o y.o", "'y.o'")]
    [InlineData("verify", "'OBJ'")]
    [InlineData("verify x.o a b", "'b'")]
    [InlineData("prog dump xlated x.o a b", "one program at a time")]
    [InlineData("demo --frob", "'--frob'")]
    public void MisuseEndsWithTwoAndAHint(string typed, string said)
    {
        ToolRun run = ToolRun.Of(Words(typed));
        Assert.Equal(Tool.Misuse, run.Exit);
        Assert.Equal("", run.Out);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", run.Error, StringComparison.Ordinal);
    }

    static string[] Words(string typed) => typed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
