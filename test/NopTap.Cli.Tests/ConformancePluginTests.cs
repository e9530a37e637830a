// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using NopTap.TestKit;

namespace NopTap.Cli.Tests;

public sealed class ConformancePluginTests
{
    const string Return42 = "b7 00 00 00 2a 00 00 00 95 00 00 00 00 00 00 00";
    const string LoadByte = "71 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00";

    [Theory]
    [InlineData("--jit")]
    [InlineData("--interpret")]
    public void PrintsTheResultInHex(string engine)
    {
        SkipWithoutCompiler(engine);
        Assert.Equal("2a\n", Plugin(Return42 + "\n", engine).Out);
        Assert.Equal("fe\n", Plugin(LoadByte, "fe 01", engine).Out);
        Assert.Equal("2a\n", Plugin(Return42.Replace(" ", "", StringComparison.Ordinal), "", engine).Out);
    }

    [Theory]
    [InlineData("--jit")]
    [InlineData("--interpret")]
    public void AnswersThePublicVectors(string engine)
    {
        SkipWithoutCompiler(engine);
        if (Repository.ConformanceVectors is not { } path)
        {
            Assert.Skip("needs ../shared/conformance/vectors.json");
            return;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var wrong = new List<string>();
        foreach (JsonElement vector in document.RootElement.EnumerateArray())
        {
            ToolRun run = Plugin(vector.GetProperty("program").GetString()!, vector.GetProperty("memory").GetString()!, engine);
            string want = vector.GetProperty("result").GetString()!;
            if (run.Exit != 0 || ParseHex(run.Out.Trim()) != ParseHex(want.Replace("0x", "", StringComparison.Ordinal)))
                wrong.Add($"{vector.GetProperty("name")}: want {want}, have {run.Out}{run.Error}");
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("b7 00 0", "5 digits")]
    [InlineData("b7 0x", "'x' at character 4")]
    public void OtherTextIsRefused(string program, string said)
    {
        ToolRun run = Plugin(program);
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.StartsWith(CliDiagnostics.HexInvalid.Id, run.Error, StringComparison.Ordinal);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b7 00 00 00")]
    [InlineData("ff 00 00 00 00 00 00 00")]
    [InlineData("")]
    [InlineData("b7 00 00 00 2a 00 00 00")]
    [InlineData("05 00 7f 00 00 00 00 00 95 00 00 00 00 00 00 00")]
    [InlineData("85 10 00 00 7f 00 00 00 95 00 00 00 00 00 00 00")]
    [InlineData("85 00 00 00 01 00 00 00 95 00 00 00 00 00 00 00")]
    public void BytesThatAreNoProgramAreRefused(string program)
    {
        ToolRun run = Plugin(program);
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.Equal("", run.Out);
        Assert.StartsWith("BPF", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AFaultIsRefused()
    {
        ToolRun run = Plugin(LoadByte, "--interpret");
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.Equal("", run.Out);
    }

    static ToolRun Plugin(string program, params string[] arguments) =>
        ToolRun.With(program, hasColor: false, CancellationToken.None, ["conformance-plugin", .. arguments]);

    static ulong ParseHex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    static void SkipWithoutCompiler(string engine)
    {
        if (engine == "--jit" && !BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
    }
}
