// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Cli.Tests;

/// <summary>The tool and the library give one answer to what can be run.</summary>
public sealed class OneAnswerTests
{
    public static TheoryData<string> Objects =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("samples"), "*.bpf.o", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.PathOf("test", "corpus"), "*.bpf.o", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal),
    ];

    static string Unproved { get; } = Repository.PathOf("test", "corpus", "objects", "unproved.bpf.o");

    [Theory]
    [MemberData(nameof(Objects))]
    public void VerifyListAndLoadAgreeOnEachProgram(string path)
    {
        if (!BpfObjectSpec.TryLoad(Repository.PathOf(path), out BpfObjectSpec? spec, out Diagnostic? fault))
        {
            foreach (string command in new[] { "verify", "prog list", "run --pcap " + ToolRun.Traffic })
                Assert.StartsWith(fault!.Id, ToolRun.Of([.. command.Split(' '), Repository.PathOf(path)]).Error, StringComparison.Ordinal);
            return;
        }

        JsonElement[] verified = [.. JsonDocument.Parse(ToolRun.Of("verify", "-j", Repository.PathOf(path)).Out).RootElement.EnumerateArray()];
        JsonElement[] listed = [.. ToolRun.Json("prog", "list", Repository.PathOf(path)).EnumerateArray()];
        for (int i = 0; i < spec.Programs.Length; i++)
        {
            string verdict = verified[i].GetProperty("verdict").GetString()!;
            string? missing = verified[i].TryGetProperty("missing", out JsonElement element) ? element.GetString() : null;
            Assert.Equal(verdict == "not_runnable", listed[i].GetProperty("not_runnable").GetString() is not null);
            (string answer, Diagnostic? why) = Loaded(spec with
            {
                Programs = [spec.Programs[i] with { AutoLoad = true }],
                Maps = [.. spec.Maps.Select(map => map.Type == MapType.ProgArray ? map with { InitialEntries = [] } : map)],
            });
            Assert.Equal(missing is null ? verdict : "refused", answer);
            // A map that cannot be made refuses the object before its programs are looked at.
            if (answer is "refused" or "not_runnable" && missing is null && why!.Place.Map is null)
                Assert.Equal(verified[i].GetProperty("rejection").GetProperty("id").GetString(), why!.Id);
        }
    }

    [Fact]
    public void WhatIsNotRunnableIsRefusedByNameAndCostsNoOther()
    {
        foreach (JsonElement program in ToolRun.Json("prog", "list", Unproved).EnumerateArray())
        {
            string name = program.GetProperty("name").GetString()!;
            ToolRun run = ToolRun.Of("run", Unproved, name, "--pcap", ToolRun.Traffic, "--engine", "interpreter");
            string? why = program.GetProperty("not_runnable").GetString();
            if (why is not null)
                Assert.Equal((Tool.Refused, why + "\n"), (run.Exit, run.Error));
            else
                AssertRuns(program.GetProperty("runs_on").GetString() == "packets", run);
        }

        Assert.Contains("wild: not run here\n", ToolRun.Of("verify", Unproved).Out, StringComparison.Ordinal);
        Assert.Contains("not run here: BPF4010", ToolRun.Output("prog", "list", Unproved), StringComparison.Ordinal);
    }

    [Fact]
    public void AUserMaySayTheTypeThatASectionLeavesOpen()
    {
        Assert.Equal(Tool.Refused, ToolRun.Of("verify", Unproved, "some_packet").Exit);
        Assert.Contains("some_packet: accepted", ToolRun.Output("verify", Unproved, "some_packet", "--type", "tc"), StringComparison.Ordinal);
        AssertRuns(true, ToolRun.Of("run", Unproved, "some_packet", "--type", "tc", "--pcap", ToolRun.Traffic, "--engine", "interpreter"));
        Assert.Equal(Tool.Refused, ToolRun.Of("verify", Unproved, "wild", "--type", "xdp").Exit);
        Assert.Equal(Tool.Misuse, ToolRun.Of("verify", Unproved, "--type", "syscall").Exit);
    }

    // The capture has packets that are too short for a socket buffer: what comes as far as that runs.
    static void AssertRuns(bool takesPackets, ToolRun run)
    {
        if (takesPackets)
            Assert.True(run.Exit == Tool.Success || run.Error.StartsWith(RuntimeDiagnostics.PacketLength.Id, StringComparison.Ordinal), run.Error);
        else
            Assert.StartsWith(CliDiagnostics.NotForPackets.Id, run.Error, StringComparison.Ordinal);
    }

    static (string Answer, Diagnostic? Why) Loaded(BpfObjectSpec spec)
    {
        using var runtime = new BpfRuntime();
        try
        {
            using BpfObject loaded = runtime.Load(spec);
            BpfProgram program = loaded.Programs[0];
            return (program.NotRunnable is not null ? "not_runnable" : program.IsBound ? "accepted" : "needs_target", program.NotRunnable);
        }
        catch (BpfException e)
        {
            return ("refused", e.Diagnostic);
        }
    }
}
