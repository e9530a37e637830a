// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.RegularExpressions;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Cli.Tests;

public sealed partial class VerifyTests
{
    static string Mistakes { get; } = Repository.PathOf("test", "corpus", "verifier", "mistakes.bpf.o");

    static string Externs { get; } = Repository.PathOf("test", "corpus", "objects", "clang-19-v2", "externs.bpf.o");

    [Fact]
    public void AcceptedProgramsAreOneLine() =>
        Assert.Equal("firewall: accepted (FIGURES)\n", Figures().Replace(ToolRun.Output("verify", ToolRun.Firewall), "FIGURES"));

    [Fact]
    public void FactsOfAcceptedProgramsAreShownOnRequest() =>
        Golden.Check("verify-facts", Figures().Replace(ToolRun.Output("verify", ToolRun.Firewall, "-v"), "FIGURES"));

    [Fact]
    public void RefusalsAreOneScreenEach()
    {
        ToolRun run = ToolRun.Of("verify", Mistakes);
        Assert.Equal(Tool.Refused, run.Exit);
        Golden.Check("verify-mistakes", Figures().Replace(run.Out, "FIGURES"));
        string[] lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"{VerifierDiagnostics.MayBeNull.Id}: program 'missing_null_check' insn ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("BPF2", lines[1], StringComparison.Ordinal);
        Assert.Contains("program 'packet_beyond_end'", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void TheWholePathIsShownOnRequest()
    {
        const string Program = "index_beyond_value";
        JsonElement[] steps = [.. Refused(Program).GetProperty("path").EnumerateArray()];
        string brief = ToolRun.Of("verify", Mistakes, Program).Out;
        string whole = ToolRun.Of("verify", Mistakes, Program, "-v").Out;
        Assert.All(steps, step => Assert.Contains($" {step.GetProperty("insn").GetInt32()}: {step.GetProperty("disasm").GetString()}\n", whole, StringComparison.Ordinal));
        Assert.DoesNotContain("before:", brief, StringComparison.Ordinal);
        Golden.Check("verify-path", whole);
    }

    [Fact]
    public void JsonOfAPathHasTheStatesOfItsRegisters()
    {
        JsonElement refused = Refused("packet_beyond_end");
        Assert.Equal(("r1", "an address in the packet, 14 bytes known to exist"), Value(refused.GetProperty("at").GetProperty("values")[0]));
        JsonElement branch = refused.GetProperty("path").EnumerateArray().Last();
        Assert.False(branch.GetProperty("taken").GetBoolean());
        Assert.Equal(("r2", "the end of the packet"), Value(branch.GetProperty("before")[0]));
        Assert.Equal(("r1", "an address in the packet, 14 bytes known to exist"), Value(branch.GetProperty("after")[0]));

        static (string?, string?) Value(JsonElement value) => (value.GetProperty("place").GetString(), value.GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("-vv")]
    [InlineData("-v", "-v")]
    public void AllPathsAreShownOnRequest(params string[] verbose)
    {
        string text = ToolRun.Of(["verify", Mistakes, "packet_beyond_end", .. verbose]).Out;
        Golden.Check("verify-log", text);
    }

    [Fact]
    public void AllPathsAreJsonLinesWithTheVerdictInTheLast()
    {
        ToolRun run = ToolRun.Of("verify", Mistakes, "packet_beyond_end", "-vv", "-j");
        Assert.Equal(Tool.Refused, run.Exit);
        JsonElement[] lines = [.. run.Out.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        string[] events = [.. lines.SkipLast(1).Select(line => line.GetProperty("event").GetString()!)];
        Assert.Equal(("path", "refused"), (events[0], events[^1]));
        Assert.Equal("ctx()", lines[0].GetProperty("state").GetProperty("R1").GetString());
        Assert.Contains(lines, line => line.TryGetProperty("changed", out JsonElement changed) && changed.TryGetProperty("R1", out JsonElement r1) && r1.GetString() == "pkt(r=14)");
        Assert.Equal(VerifierDiagnostics.PacketOutOfBounds.Id, lines[^1].GetProperty("rejection").GetProperty("id").GetString());
    }

    [Fact]
    public void OneProgramCanBeNamed()
    {
        ToolRun run = ToolRun.Of("verify", Mistakes, "no_mistake");
        Assert.Equal((Tool.Success, ""), (run.Exit, run.Error));
        Assert.Matches("^no_mistake: accepted [^\n]+\n$", run.Out);
        Assert.Contains("no_mistake", ToolRun.Refused(CliDiagnostics.NoSuchProgram, "verify", Mistakes, "mistake"), StringComparison.Ordinal);
    }

    [Fact]
    public void ObserversNeedATarget()
    {
        string[] lines = ToolRun.Output("verify", ToolRun.Observers).TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.EndsWith(": needs a target: verified when attached", line, StringComparison.Ordinal));
        Assert.All(ToolRun.Json("verify", ToolRun.Observers).EnumerateArray(), program => Assert.Equal("needs_target", program.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void JsonOfAcceptedProgramsHasStatisticsAndFacts()
    {
        JsonElement program = Assert.Single(ToolRun.Json("verify", ToolRun.Firewall).EnumerateArray());
        Assert.Equal(("firewall", "accepted"), (program.GetProperty("name").GetString(), program.GetProperty("verdict").GetString()));
        JsonElement statistics = program.GetProperty("statistics");
        foreach (string figure in new[] { "steps", "states", "peak", "time_us" })
            Assert.True(statistics.GetProperty(figure).GetDouble() > 0, figure);
        Assert.Contains(program.GetProperty("functions").EnumerateArray(), function => function.GetProperty("stack_depth").GetInt32() > 0);
        Assert.Contains(
            program.GetProperty("sites").EnumerateArray(),
            site => site.GetProperty("probe").GetString() == "verdict" && site.GetProperty("attachable").GetBoolean());
        Assert.False(program.TryGetProperty("rejection", out _));
        // emit_events is a constant of this object, and false.
        JsonElement[] insns = [.. program.GetProperty("functions")[0].GetProperty("insns").EnumerateArray()];
        JsonElement test = insns.First(insn => insn.TryGetProperty("branch", out _));
        JsonElement load = insns.Last(insn => insn.GetProperty("insn").GetInt32() < test.GetProperty("insn").GetInt32());
        Assert.Equal("always", test.GetProperty("branch").GetString());
        Assert.Equal(("MapValue", 0), (load.GetProperty("reaches").GetString(), load.GetProperty("gives").GetInt64()));
    }

    [Fact]
    public void JsonOfRefusalsHasReasonPlacePathAndSuggestion()
    {
        JsonElement refused = Refused("missing_null_check");
        Assert.Equal(VerifierDiagnostics.MayBeNull.Id, refused.GetProperty("id").GetString());
        Assert.Equal(VerifierDiagnostics.MayBeNull.Title, refused.GetProperty("title").GetString());
        Assert.NotEqual("", refused.GetProperty("reason").GetString());
        Assert.NotEqual("", refused.GetProperty("suggestion").GetString());
        JsonElement at = refused.GetProperty("at");
        Assert.Equal("*count += 1;", at.GetProperty("src").GetString());
        Assert.StartsWith("mistakes.bpf.c:", at.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Contains("(r0 +0)", at.GetProperty("disasm").GetString(), StringComparison.Ordinal);
        Assert.Contains(refused.GetProperty("path").EnumerateArray(), step => step.GetProperty("disasm").GetString()!.Contains("call bpf_map_lookup_elem", StringComparison.Ordinal));
    }

    [Fact]
    public void AnObjectThatCannotBeReadIsRefusedAsEverywhere()
    {
        ToolRun.Refused(CliDiagnostics.FileUnreadable, "verify", "absent.bpf.o");
        ToolRun run = ToolRun.Of("prog", "list", "absent.bpf.o");
        Assert.Equal((Tool.Refused, ""), (run.Exit, run.Out));
    }

    [Fact]
    public void NamesThatNobodyHasRefuseTheProgramsThatNeedThem()
    {
        ToolRun run = ToolRun.Of("verify", Externs);
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.Contains("plain: accepted", run.Out, StringComparison.Ordinal);
        Assert.Contains("version: accepted", run.Out, StringComparison.Ordinal);
        Assert.Contains("kernel variable 'bpf_prog_active'", run.Out, StringComparison.Ordinal);
        Assert.Contains("kernel function 'bpf_rcu_read_lock'", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of("prog", "list", Externs).Exit);
    }

    [Fact]
    public void DiagnosticsAreJsonWhenResultsAre()
    {
        ToolRun run = ToolRun.Of("verify", Mistakes, "missing_null_check", "-j");
        Assert.Equal(VerifierDiagnostics.MayBeNull.Id, JsonDocument.Parse(run.Error).RootElement.GetProperty("error").GetProperty("id").GetString());
    }

    static JsonElement Refused(string program)
    {
        ToolRun run = ToolRun.Of("verify", Mistakes, program, "-j");
        Assert.Equal(Tool.Refused, run.Exit);
        JsonElement json = Assert.Single(JsonDocument.Parse(run.Out).RootElement.EnumerateArray());
        Assert.Equal("refused", json.GetProperty("verdict").GetString());
        return json.GetProperty("rejection");
    }

    // How many steps there are is the verifier's business, and the time is the machine's.
    [GeneratedRegex(@"\d+ steps, \d+ states, peak \d+, \d+\.\d\d ms")]
    private static partial Regex Figures();
}
