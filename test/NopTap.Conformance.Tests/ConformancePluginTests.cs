// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using NopTap.Conformance.Plugin;
using NopTap.TestKit;

namespace NopTap.Conformance.Tests;

public sealed class ConformancePluginTests
{
    const int Refused = 1;
    const int Misuse = 2;
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
            PluginAnswer run = Plugin(vector.GetProperty("program").GetString()!, vector.GetProperty("memory").GetString()!, engine);
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
        PluginAnswer run = Plugin(program);
        Assert.Equal(Refused, run.Exit);
        Assert.StartsWith("program: ", run.Error, StringComparison.Ordinal);
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
        PluginAnswer run = Plugin(program);
        Assert.Equal(Refused, run.Exit);
        Assert.Equal("", run.Out);
        Assert.StartsWith("BPF", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AFaultIsRefused()
    {
        PluginAnswer run = Plugin(LoadByte, "--interpret");
        Assert.Equal(Refused, run.Exit);
        Assert.Equal("", run.Out);
    }

    [Theory]
    [InlineData("--jit", "--interpret")]
    [InlineData("00", "01")]
    [InlineData("--fast")]
    public void OtherArgumentsAreMisuse(params string[] arguments) => Assert.Equal(Misuse, Plugin(Return42, arguments).Exit);

    static PluginAnswer Plugin(string program, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int exit = PluginRun.Of(arguments, new StringReader(program), output, error);
        return new PluginAnswer(exit, output.ToString(), error.ToString());
    }

    static ulong ParseHex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    static void SkipWithoutCompiler(string engine)
    {
        if (engine == "--jit" && !BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
    }

    sealed record PluginAnswer(int Exit, string Out, string Error);
}
