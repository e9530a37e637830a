// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.RegularExpressions;

namespace NopTap.Cli.Tests;

public sealed partial class DemoTests
{
    const int ScreenColumns = 100;
    const int ScreenLines = 50;

    [Fact]
    public void TellsTheWholeStoryOnOneScreen()
    {
        SkipWithoutCompiler();
        string text = ToolRun.Output("demo");
        string[] lines = text.Split('\n');
        Assert.InRange(lines.Length, 30, ScreenLines);
        Assert.All(lines, line => Assert.True(line.Length <= ScreenColumns, $"{line.Length} columns: {line}"));
        Golden.Check("demo", Normalize(text));
    }

    [Fact]
    public void TheSameBytesAreANopThenACallThenANop()
    {
        SkipWithoutCompiler();
        JsonElement demo = ToolRun.Json("demo");
        Assert.Equal(["Nop", "Call", "Nop"], States(demo, "site"));
        Assert.Equal(["Nop", "Jump", "Nop"], States(demo, "arming"));
        JsonElement[] moments = [.. demo.GetProperty("site").EnumerateArray()];
        Assert.Equal("0f 1f 44 00 00", Bytes(moments[0]));
        Assert.StartsWith("e8 ", Bytes(moments[1]), StringComparison.Ordinal);
        Assert.Equal(Bytes(moments[0]), Bytes(moments[2]));
        Assert.All(demo.GetProperty("claims").EnumerateArray(), claim => Assert.True(claim.GetProperty("holds").GetBoolean(), claim.ToString()));
        Assert.NotEqual(0, demo.GetProperty("claims").GetArrayLength());
    }

    [Fact]
    public void ClaimsThatDoNotHoldAreRefused()
    {
        string[] claims = ["a holds", "b does not"];
        var terminalOutput = new StringWriter();
        var terminalError = new StringWriter();
        var terminal = new Terminal { In = TextReader.Null, Out = terminalOutput, Error = terminalError };
        var findings = new Demo.DemoClaim[] { new(claims[0], true, ""), new(claims[1], false, "seen otherwise") };
        int exit = Commands.DemoCommand.Judge(findings, diagnostic => terminal.Error.WriteLine(diagnostic));
        Assert.Equal(Tool.Refused, exit);
        Assert.Contains(CliDiagnostics.DemoClaim.Id, terminalError.ToString(), StringComparison.Ordinal);
        Assert.Contains("b does not", terminalError.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("a holds", terminalError.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ColorsAppearOnTerminalsAlone()
    {
        SkipWithoutCompiler();
        Assert.DoesNotContain('\e', ToolRun.Output("demo"));
        Assert.Contains("\e[", ToolRun.With("", hasColor: true, CancellationToken.None, "demo").Out, StringComparison.Ordinal);
    }

    static void SkipWithoutCompiler()
    {
        if (!BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
    }

    static IEnumerable<string?> States(JsonElement demo, string of) =>
        demo.GetProperty(of).EnumerateArray().Select(moment => moment.GetProperty("state").GetString());

    static string Bytes(JsonElement moment) => moment.GetProperty("code").EnumerateArray()
        .Single(line => line.GetProperty("address").GetString() == moment.GetProperty("address").GetString())
        .GetProperty("bytes").GetString()!;

    // What differs from machine to machine and run to run: addresses, distances, clocks, and code lengths (they depend on the processor).
    internal static string Normalize(string text)
    {
        text = Distance().Replace(text, "$1 .. .. .. ..");
        text = Address().Replace(text, "ADDRESS");
        text = Clock().Replace(text, "in_window=N, limit=0, age=N");
        text = Neighbour().Replace(text, "   ADDRESS  (code)");
        text = Nanoseconds().Replace(text, " N ns a packet");
        return Load().Replace(text, "N bytes of x86-64,\n   verified, compiled and placed in N ms");
    }

    [GeneratedRegex(@"\b(e8|e9) [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}")]
    private static partial Regex Distance();

    [GeneratedRegex(@"(0x)?\b[0-9a-f]{12}\b|0x[0-9a-f]{12}\b")]
    private static partial Regex Address();

    [GeneratedRegex(@"in_window=\d+, limit=0, age=\d+")]
    private static partial Regex Clock();

    [GeneratedRegex(@"^   ADDRESS  .*$", RegexOptions.Multiline)]
    private static partial Regex Neighbour();

    [GeneratedRegex(@" +\d+\.\d ns a packet")]
    private static partial Regex Nanoseconds();

    [GeneratedRegex(@"\d+ bytes of x86-64,\n   verified, compiled and placed in \d+\.\d ms")]
    private static partial Regex Load();
}
