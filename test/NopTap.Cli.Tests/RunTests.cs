// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.RegularExpressions;
using NopTap.Cli.Captures;
using NopTap.TestKit;
using Capture = NopTap.Cli.Captures.Capture;

namespace NopTap.Cli.Tests;

public sealed partial class RunTests
{
    static readonly string s_verdicts = File.ReadAllText(Repository.PathOf("samples", "traffic", "firewall.verdicts")).ReplaceLineEndings("");

    [Fact]
    public void CountsVerdictsByName() => Golden.Check(
        "run",
        Nanoseconds().Replace(ToolRun.Output("run", ToolRun.Firewall, "firewall", "--pcap", ToolRun.Traffic, "--engine", "interpreter"), "N ns"));

    [Theory]
    [InlineData("interpreter")]
    [InlineData("jit")]
    public void EnginesGiveTheVerdictsOfTheKernel(string engine)
    {
        if (engine == "jit" && !BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
        JsonElement run = ToolRun.Json("run", ToolRun.Firewall, "--pcap", ToolRun.Traffic, "--repeat", "3", "--engine", engine);
        Assert.Equal(engine, run.GetProperty("engine").GetString());
        Assert.Equal(3 * s_verdicts.Length, run.GetProperty("runs").GetInt32());
        Assert.Equal(3 * s_verdicts.Count(verdict => verdict == 'P'), run.GetProperty("verdicts").GetProperty("XDP_PASS").GetInt32());
        Assert.Equal(3 * s_verdicts.Count(verdict => verdict == 'D'), run.GetProperty("verdicts").GetProperty("XDP_DROP").GetInt32());
        Assert.True(run.GetProperty("ns_per_run").GetDouble() > 0);
    }

    [Fact]
    public void ClassifierVerdictsHaveTheirNames()
    {
        using var traffic = new TemporaryFile("long.pcap", Long());
        JsonElement run = ToolRun.Json("run", ToolRun.Classifier, "--pcap", traffic.Path);
        Assert.All(run.GetProperty("verdicts").EnumerateObject(), verdict => Assert.StartsWith("TC_ACT_", verdict.Name, StringComparison.Ordinal));
        Assert.NotEmpty(run.GetProperty("verdicts").EnumerateObject());
    }

    [Fact]
    public void WritesWhatWasLetThrough()
    {
        using var output = new TemporaryFile("out.pcap", []);
        JsonElement run = ToolRun.Json("run", ToolRun.Firewall, "--pcap", ToolRun.Traffic, "--out", output.Path, "--repeat", "2");
        Capture before = Capture.Load(ToolRun.Traffic);
        Capture after = Capture.Load(output.Path);
        CapturedPacket[] passed = [.. before.Packets.Where((_, i) => s_verdicts[i] == 'P')];
        Assert.Equal(passed.Length, run.GetProperty("out").GetProperty("packets").GetInt32());
        Assert.Equal(passed.Select(packet => (packet.Seconds, packet.Fraction, packet.OriginalLength, Convert.ToHexString(packet.Data.Span))),
            after.Packets.Select(packet => (packet.Seconds, packet.Fraction, packet.OriginalLength, Convert.ToHexString(packet.Data.Span))));
    }

    [Fact]
    public void CtrlCEndsARunWithItsFiguresSoFar()
    {
        ToolRun run = ToolRun.With("", hasColor: false, new CancellationToken(canceled: true), "run", ToolRun.Firewall, "--pcap", ToolRun.Traffic);
        Assert.Equal(Tool.Interrupted, run.Exit);
        Assert.StartsWith("BPF5031: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("interrupted before 189 runs", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--out")]
    [InlineData("map", "dump")]
    public void CtrlCEndsAProgramThatRunsOn(params string[] command)
    {
        using var interrupt = new CancellationTokenSource();
        using var file = new TemporaryFile("out.pcap", []);
        string stops = Repository.PathOf("test", "corpus", "stops", "stops.bpf.o");
        string[] arguments = command switch
        {
            ["run"] => ["run", stops, "eternal"],
            ["run", _] => ["run", stops, "eternal", "--out", file.Path],
            _ => ["map", "dump", stops, "cells", "--prog", "eternal"],
        };
        // The runtime of the command is not to be had from here: so the interrupt comes at some moment, before the run or in it.
        var key = new Thread(interrupt.Cancel);
        key.Start();
        ToolRun run = ToolRun.With("", hasColor: false, interrupt.Token, [.. arguments, "--pcap", ToolRun.Traffic, "--rounds", "9000000000000"]);
        key.Join();
        Assert.Equal(Tool.Interrupted, run.Exit);
        Assert.StartsWith("BPF5031: program 'eternal'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void RunsThatAreStoppedGiveNoVerdict()
    {
        string stops = Repository.PathOf("test", "corpus", "stops", "stops.bpf.o");
        ToolRun run = ToolRun.Of("run", stops, "loop", "--pcap", ToolRun.Traffic, "--rounds", "100");
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.Contains("189 of them stopped, without a verdict", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("XDP_PASS", run.Out, StringComparison.Ordinal);
        Assert.StartsWith("BPF5032: program 'loop'", run.Error, StringComparison.Ordinal);
        Assert.Equal(Tool.Success, ToolRun.Of("run", stops, "loop", "--pcap", ToolRun.Traffic, "--rounds", "5000").Exit);
        Assert.Equal(Tool.Misuse, ToolRun.Of("run", stops, "loop", "--pcap", ToolRun.Traffic, "--rounds", "-1").Exit);
    }

    [Fact]
    public void LongRunsShowAProgressBarOnTerminalsAlone()
    {
        string[] arguments = ["run", ToolRun.Firewall, "--pcap", ToolRun.Traffic, "--repeat", "1200"];
        Assert.Equal("", ToolRun.Of(arguments).Error);
        ToolRun shown = ToolRun.With("", hasColor: true, CancellationToken.None, arguments);
        Assert.NotEqual("", shown.Error);
        Assert.DoesNotContain('\e', shown.Out);
    }

    // The classifier's kind of program takes no packet shorter than an Ethernet header.
    static byte[] Long()
    {
        Capture capture = Capture.Load(ToolRun.Traffic);
        var writer = new CaptureWriter(capture.IsNanoseconds);
        foreach (CapturedPacket packet in capture.Packets.Where(packet => packet.Data.Length >= 14))
            writer.Add(packet, packet.Data.Span);
        return writer.Written.ToArray();
    }

    [GeneratedRegex(@"\d+\.\d ns")]
    private static partial Regex Nanoseconds();
}
