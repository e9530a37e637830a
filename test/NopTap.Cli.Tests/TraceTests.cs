// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.RegularExpressions;

namespace NopTap.Cli.Tests;

public sealed partial class TraceTests
{
    [Fact]
    public void PrintsTypedEventsAndASummary() => Golden.Check(
        "probe-trace",
        Time().Replace(ToolRun.Output("probe", "trace", ToolRun.Firewall, "malformed", "--pcap", ToolRun.Traffic), "  TIME  #"));

    [Theory]
    [InlineData("interpreter")]
    [InlineData("jit")]
    public void PatternsTakeSeveralProbes(string engine)
    {
        if (engine == "jit" && !BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
        JsonElement trace = ToolRun.Json("probe", "trace", ToolRun.Firewall, "firewall:*a*", "--pcap", ToolRun.Traffic, "--engine", engine);
        JsonElement[] probes = [.. trace.GetProperty("summary").GetProperty("probes").EnumerateArray()];
        Assert.Equal(["packet", "malformed", "rate"], probes.Select(probe => probe.GetProperty("probe").GetString()));
        Assert.Equal(189, probes[0].GetProperty("hits").GetInt32());
        Assert.Equal(probes.Sum(probe => probe.GetProperty("hits").GetInt32()), trace.GetProperty("events").GetArrayLength());
        JsonElement malformed = trace.GetProperty("events").EnumerateArray().First(e => e.GetProperty("probe").GetString() == "malformed");
        Assert.StartsWith("STAGE_", malformed.GetProperty("arguments").GetProperty("stage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ContextsAndPointersAreNoNumbers()
    {
        // Without an entry in the block list the probe never fires; its prototype is enough to see how it would be written.
        string list = ToolRun.Output("probe", "list", ToolRun.Firewall);
        Assert.Contains("blocked(struct xdp_md *ctx, __u32 source, const struct block_rule *rule, __u64 hits)", list, StringComparison.Ordinal);
        var context = Values.ValueFormatter.Of(new Formats.ProbeParameter("ctx", "struct xdp_md *", 0, Formats.ProbeArgumentKind.Context, 8, false), null);
        var pointer = Values.ValueFormatter.Of(new Formats.ProbeParameter("rule", "const struct block_rule *", 0, Formats.ProbeArgumentKind.Pointer, 8, false), null);
        Assert.Equal("ctx", context.Format(0x1234));
        Assert.Equal("0x1234", pointer.Format(0x1234));
        Assert.Equal("NULL", pointer.Format(0));
    }

    [Fact]
    public void CtrlCPrintsTheSummary()
    {
        ToolRun run = ToolRun.With("", hasColor: false, new CancellationToken(canceled: true), "probe", "trace", ToolRun.Firewall, "verdict", "--pcap", ToolRun.Traffic);
        Assert.Equal(Tool.Interrupted, run.Exit);
        Assert.StartsWith("BPF5031: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("interrupted after 0 runs", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"verdict +firewall +1 +0 +0", run.Out);
    }

    [Fact]
    public void CtrlCEndsARunThatIsGoingOn()
    {
        using var interrupt = new CancellationTokenSource();
        using var output = new KeyAtTheFirstEvent(interrupt);
        using var error = new StringWriter();
        var terminal = new Terminal { In = TextReader.Null, Out = output, Error = error, Interrupt = interrupt.Token };
        string stops = TestKit.Repository.PathOf("test", "corpus", "stops", "stops.bpf.o");
        Assert.Equal(Tool.Interrupted, Tool.Run(["probe", "trace", stops, "turn", "--prog", "eternal", "--pcap", ToolRun.Traffic, "--rounds", "9000000000000"], terminal));
        Assert.Contains("turn(", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("interrupted after 0 runs", output.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("BPF5031: program 'eternal': interrupted after 0 runs", error.ToString(), StringComparison.Ordinal);
    }

    // What is printed amid a run is the moment at which the key is pressed.
    sealed class KeyAtTheFirstEvent(CancellationTokenSource interrupt) : StringWriter
    {
        public override void Write(System.Text.StringBuilder? value)
        {
            base.Write(value);
            interrupt.Cancel();
        }
    }

    [Fact]
    public void VerdictsDoNotDependOnTheTrace()
    {
        string quiet = ToolRun.Json("run", ToolRun.Firewall, "--pcap", ToolRun.Traffic).GetProperty("verdicts").ToString();
        string traced = ToolRun.Json("probe", "trace", ToolRun.Firewall, "*", "--pcap", ToolRun.Traffic).GetProperty("summary").GetProperty("verdicts").ToString();
        Assert.Equal(quiet, traced);
    }

    [GeneratedRegex(@"^ +\d+\.\d{6}  #", RegexOptions.Multiline)]
    private static partial Regex Time();
}
