// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace NopTap.Cli.Tests;

/// <summary>A fresh user's mistakes.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("run", "absent.bpf.o", "p", "--pcap", "x")]
    [InlineData("prog", "list", "absent.bpf.o")]
    [InlineData("probe", "list", "absent.bpf.o")]
    [InlineData("map", "dump", "absent.bpf.o")]
    public void MissingFile(params string[] arguments) =>
        Assert.Contains("absent.bpf.o: there is no such file", ToolRun.Refused(CliDiagnostics.FileUnreadable, arguments), StringComparison.Ordinal);

    [Fact]
    public void MissingCaptureAndDirectories()
    {
        ToolRun.Refused(CliDiagnostics.FileUnreadable, "run", ToolRun.Firewall, "--pcap", "absent.pcap");
        Assert.Contains("it is a directory", ToolRun.Refused(CliDiagnostics.FileUnreadable, "run", ToolRun.Firewall, "--pcap", "/"), StringComparison.Ordinal);
    }

    [Fact]
    public void UnwritableOutput() =>
        ToolRun.Refused(CliDiagnostics.FileUnwritable, "run", ToolRun.Firewall, "--pcap", ToolRun.Traffic, "--out", "/no/such/folder/out.pcap");

    [Theory]
    [InlineData("run")]
    [InlineData("prog dump xlated")]
    [InlineData("prog dump jited")]
    public void UnknownProgramListsThoseThereAre(string command)
    {
        string[] more = command == "run" ? ["--pcap", ToolRun.Traffic] : [];
        string error = ToolRun.Refused(CliDiagnostics.NoSuchProgram, [.. command.Split(' '), ToolRun.Firewall, "firewal", .. more]);
        Assert.Contains("'firewal'; the object has firewall", error, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralProgramsMustBeNamed() =>
        Assert.Contains("name one: ", ToolRun.Refused(CliDiagnostics.ProgramNotNamed, "run", ToolRun.TailCall, "--pcap", ToolRun.Traffic), StringComparison.Ordinal);

    [Fact]
    public void ObserversDoNotRunOnPackets() => ToolRun.Refused(
        CliDiagnostics.NotForPackets, "run", ToolRun.Observers, ToolRun.Json("prog", "list", ToolRun.Observers)[0].GetProperty("name").GetString()!, "--pcap", ToolRun.Traffic);

    [Fact]
    public void ObserversHaveNoMachineCodeYet() => ToolRun.Refused(
        CliDiagnostics.NoMachineCode, "prog", "dump", "jited", ToolRun.Observers, ToolRun.Json("prog", "list", ToolRun.Observers)[0].GetProperty("name").GetString()!);

    [Fact]
    public void UnknownMapListsThoseThereAre() =>
        Assert.Contains("blocklist4", ToolRun.Refused(CliDiagnostics.NoSuchMap, "map", "dump", ToolRun.Firewall, "blocklist"), StringComparison.Ordinal);

    [Fact]
    public void PatternWithoutAProbeListsThoseThereAre() => Assert.Contains(
        "'verdikt'; the object has packet, malformed, verdict, flow, blocked, rate",
        ToolRun.Refused(CliDiagnostics.NoSuchProbe, "probe", "trace", ToolRun.Firewall, "verdikt", "--pcap", ToolRun.Traffic),
        StringComparison.Ordinal);

    [Fact]
    public void AnObjectIsNoCapture() => Assert.Contains(
        "begins with 7f454c46",
        ToolRun.Refused(CliDiagnostics.NotACapture, "run", ToolRun.Firewall, "--pcap", ToolRun.Firewall),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { 0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0 }, "BPF5011")]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0 }, "BPF5010")]
    [InlineData(new byte[0], "BPF5010")]
    [InlineData(new byte[] { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0 }, "BPF5013")]
    public void OtherFilesAreNoCaptures(byte[] content, string id)
    {
        using var file = new TemporaryFile("x.pcap", content);
        ToolRun run = ToolRun.Of("run", ToolRun.Firewall, "--pcap", file.Path);
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.StartsWith(id, run.Error, StringComparison.Ordinal);
        Assert.Contains(id, (string[])[CliDiagnostics.CaptureIsPcapng.Id, CliDiagnostics.NotACapture.Id, CliDiagnostics.CaptureTruncated.Id]);
    }

    [Fact]
    public void CapturesOfOtherLinksAreRefused()
    {
        using var file = new TemporaryFile("x.pcap", CaptureTests.Make(isBig: false, 0xa1b2c3d4, link: 113));
        Assert.Contains("113 (Linux 'any')", ToolRun.Refused(CliDiagnostics.CaptureLinkType, "run", ToolRun.Firewall, "--pcap", file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyCapturesAreRefused()
    {
        using var file = new TemporaryFile("x.pcap", CaptureTests.Make(isBig: false, 0xa1b2c3d4, link: 1)[..24]);
        ToolRun.Refused(CliDiagnostics.CaptureEmpty, "run", ToolRun.Firewall, "--pcap", file.Path);
    }

    [Fact]
    public void DiagnosticsAreJsonWhenResultsAre()
    {
        ToolRun run = ToolRun.Of("prog", "list", "absent.bpf.o", "-j");
        Assert.Equal((Tool.Refused, ""), (run.Exit, run.Out));
        JsonElement error = JsonDocument.Parse(run.Error).RootElement.GetProperty("error");
        Assert.Equal(CliDiagnostics.FileUnreadable.Id, error.GetProperty("id").GetString());
        Assert.Equal("ENOENT", error.GetProperty("errno").GetString());
    }

    [Fact]
    public void DiagnosticsOfTheLibraryPassThrough()
    {
        ToolRun run = ToolRun.Of("prog", "list", ToolRun.Traffic);
        Assert.Equal(Tool.Refused, run.Exit);
        Assert.StartsWith("BPF1", run.Error, StringComparison.Ordinal);
    }
}
