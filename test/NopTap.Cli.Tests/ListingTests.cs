// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace NopTap.Cli.Tests;

public sealed class ListingTests
{
    [Fact]
    public void ProgramsAreListed() => Golden.Check("prog-list", ToolRun.Output("prog", "list", ToolRun.Observers));

    [Fact]
    public void ProbesAreListed() => Golden.Check("probe-list", ToolRun.Output("probe", "list", ToolRun.Firewall));

    [Fact]
    public void MapsAreListed() => Golden.Check("map-list", ToolRun.Output("map", "list", ToolRun.Firewall));

    [Fact]
    public void MapsOfMapsTellWhatIsInside()
    {
        string file = NopTap.TestKit.Repository.PathOf("test", "corpus", "objects", "maps_of_maps.bpf.o");
        string list = ToolRun.Output("map", "list", file);
        Assert.Contains("array_of_maps  4 B    4 B        4  0x0    __u32 -> array of 4: __u32 -> __u64", list, StringComparison.Ordinal);
        Assert.Contains("__u32 -> ringbuf of 4096", list, StringComparison.Ordinal);
        Assert.Equal("by_queue (array_of_maps)\n  0: first\n  2: second\n", ToolRun.Output("map", "dump", file, "by_queue"));
    }

    [Fact]
    public void AnObjectWithoutProbesSaysSo() => Assert.Equal(
        "no probes\n",
        ToolRun.Output("probe", "list", ToolRun.Firewall.Replace("firewall.bpf.o", "firewall.noprobes.bpf.o", StringComparison.Ordinal)));

    [Fact]
    public void InstructionsAreDumpedWithLinesOfSource()
    {
        string dump = ToolRun.Output("prog", "dump", "xlated", ToolRun.Firewall, "firewall", "linum");
        Assert.Contains("int firewall(struct xdp_md *ctx):", dump, StringComparison.Ordinal);
        Assert.Contains("; PROBE_EAGER(verdict, len, ret); [file:", dump, StringComparison.Ordinal);
        Assert.Contains("(05) goto pc+0  <-- probe verdict(len=r", dump, StringComparison.Ordinal);
        Assert.Contains("<-- arms probe rate", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("line_num", ToolRun.Output("prog", "dump", "xlated", ToolRun.Firewall), StringComparison.Ordinal);
        Assert.Contains("05 00 00 00 00 00 00 00", ToolRun.Output("prog", "dump", "xlated", ToolRun.Firewall, "opcodes"), StringComparison.Ordinal);
    }

    [Fact]
    public void MachineCodeIsDumpedWithLinesOfSource()
    {
        if (!BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
        string dump = ToolRun.Output("prog", "dump", "jited", ToolRun.Firewall, "linum", "opcodes");
        Assert.Contains("firewall: 0x", dump, StringComparison.Ordinal);
        Assert.Contains("check_rate: 0x", dump, StringComparison.Ordinal);
        Assert.Contains("; PROBE_EAGER(verdict, len, ret); [file:", dump, StringComparison.Ordinal);
        Assert.Contains("<-- probe verdict(len=r", dump, StringComparison.Ordinal);
        Assert.Contains("0f 1f 44 00 00", dump, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prog list")]
    [InlineData("prog dump xlated")]
    [InlineData("prog dump jited")]
    [InlineData("probe list")]
    [InlineData("map list")]
    [InlineData("map dump")]
    public void EveryListingIsAlsoAnArrayOfNamedThings(string command)
    {
        if (command.EndsWith("jited", StringComparison.Ordinal) && !BpfRuntime.IsCompilerSupported)
            Assert.Skip("the compiler does not run on this machine");
        string[] words = command.Split(' ');
        JsonElement json = ToolRun.Json([.. words, ToolRun.Firewall]);
        Assert.NotEqual(0, json.GetArrayLength());
        string name = command == "probe list" ? "program" : "name";
        Assert.All(json.EnumerateArray(), item => Assert.NotEqual("", item.GetProperty(name).GetString()));
        string pretty = ToolRun.Output([.. words, ToolRun.Firewall, "-p"]);
        Assert.Contains("\n  ", pretty, StringComparison.Ordinal);
        Assert.Equal(json.GetArrayLength(), JsonDocument.Parse(pretty).RootElement.GetArrayLength());
    }

    [Fact]
    public void JsonOfProbesHasTypesAndSites()
    {
        JsonElement verdict = ToolRun.Json("probe", "list", ToolRun.Firewall)[0].GetProperty("probes").EnumerateArray()
            .Single(probe => probe.GetProperty("name").GetString() == "verdict");
        Assert.Equal("verdict(int len, int ret)", verdict.GetProperty("prototype").GetString());
        Assert.Equal(["int", "int"], verdict.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("type").GetString()));
        Assert.Equal(1, verdict.GetProperty("sites").GetArrayLength());
    }

    [Fact]
    public void MapsAreDumpedTyped()
    {
        string dump = ToolRun.Output("map", "dump", ToolRun.Firewall, "statistics", "--pcap", ToolRun.Traffic);
        Assert.StartsWith("statistics (percpu_array)\n", dump, StringComparison.Ordinal);
        Assert.Matches(@"0: \{cpu\d+ = \{packets = 169, bytes = \d+\}\}", dump);
        Assert.Equal("blocklist4 (hash)\n  no entries\n", ToolRun.Output("map", "dump", ToolRun.Firewall, "blocklist4"));
        Assert.Contains("blocked_port = 23", ToolRun.Output("map", "dump", ToolRun.Firewall, ".data"), StringComparison.Ordinal);
        Assert.Contains("packets_seen = 378", ToolRun.Output("map", "dump", ToolRun.Firewall, ".bss", "--pcap", ToolRun.Traffic, "--repeat", "2"), StringComparison.Ordinal);
    }

    [Fact]
    public void ProgramArraysAreDumpedByName() =>
        Assert.Contains(": on_ipv4\n", ToolRun.Output("map", "dump", ToolRun.TailCall), StringComparison.Ordinal);

    [Fact]
    public void JsonOfMapsHasNumbers()
    {
        JsonElement map = ToolRun.Json("map", "dump", ToolRun.Firewall, "ports", "--pcap", ToolRun.Traffic)[0];
        JsonElement https = map.GetProperty("entries").EnumerateArray().Single(entry => entry.GetProperty("key").GetInt32() == 443);
        Assert.Equal(84, https.GetProperty("value").GetProperty("packets").GetInt32());
    }
}
