// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Contexts;
using NopTap.Links;
using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>The firewall sample on its traffic: both engines, all builds, against the kernel's verdicts that are committed beside it.</summary>
public sealed class FirewallTests
{
    static readonly List<byte[]> s_packets = ReadCapture(Repository.PathOf("samples", "traffic", "traffic.pcap"));
    static readonly string s_verdicts = File.ReadAllText(Repository.PathOf("samples", "traffic", "firewall.verdicts")).ReplaceLineEndings("");

    public static TheoryData<BpfEngine, string> Cases
    {
        get
        {
            var cases = new TheoryData<BpfEngine, string>();
            foreach (string build in (string[])["firewall", "firewall.eager", "firewall.lazy", "firewall.stub", "firewall.noprobes"])
            {
                cases.Add(BpfEngine.Compiler, build);
                cases.Add(BpfEngine.Interpreter, build);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void VerdictsAreThoseOfTheKernel(BpfEngine engine, string build)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject firewall = runtime.Load(Repository.PathOf("samples", "firewall", build + ".bpf.o"));
        Assert.Equal(s_verdicts, Verdicts(firewall));
    }

    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void ObserversOfAllProbesChangeNoVerdict(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject firewall = runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
        var links = new List<BpfLink>();
        var counts = new Dictionary<string, int>();
        foreach (BpfProbe probe in firewall.Programs["firewall"].Probes)
        {
            counts[probe.Name] = 0;
            links.Add(probe.Attach((in ProbeEvent e) => counts[e.Probe]++));
        }

        Assert.Equal(s_verdicts, Verdicts(firewall));
        Assert.Equal(s_packets.Count, counts["packet"]);
        Assert.Equal(s_packets.Count, counts["verdict"]);
        Assert.NotEqual(0, counts["malformed"]);
        Assert.NotEqual(0, counts["rate"]);
        foreach (BpfLink link in links)
        {
            Assert.Equal((ulong)counts[link.ProbeName], link.Hits);
            link.Dispose();
        }

        Assert.Equal(s_verdicts, Verdicts(firewall));
        Assert.Equal(s_packets.Count, counts["verdict"]);
    }

    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void EventsCarryTypedArguments(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject firewall = runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
        var seen = new List<(int Length, int Verdict)>();
        using SdtLink link = firewall.Probe("verdict").Attach((in ProbeEvent e) => seen.Add((e.GetInt32("len"), e.GetInt32("ret"))));
        Verdicts(firewall);
        Assert.Equal(s_packets.Select(packet => packet.Length), seen.Select(e => e.Length));
        Assert.Equal(s_verdicts, string.Concat(seen.Select(e => e.Verdict == 2 ? 'P' : 'D')));
    }

    [Fact]
    public void UnloadingLeavesNoCodeBehind()
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Compiler });
        using (BpfObject firewall = runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o")))
        {
            firewall.Probe("verdict").Attach((in ProbeEvent _) => { });
            Verdicts(firewall);
            Assert.NotEqual(0, runtime.Code!.BlockCount);
        }

        Assert.Equal(0, runtime.Code!.BlockCount);
        Assert.Empty(runtime.Programs);
        Assert.Empty(runtime.Maps);
    }

    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void RuntimeDisposedByAnObserverLetsTheRunReturn(BpfEngine engine)
    {
        var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        BpfProgram program = runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o")).Programs["firewall"];
        program.Probes["packet"].Attach((in ProbeEvent _) => runtime.Dispose());
        Assert.Equal(2u, program.Run(s_packets[0]).ReturnValue);
        Assert.Throws<ObjectDisposedException>(() => program.Run(s_packets[0]).ReturnValue);
    }

    [Fact]
    public void RunningAllocatesNothing()
    {
        using var runtime = new BpfRuntime();
        using BpfObject firewall = runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
        BpfProgram program = firewall.Programs["firewall"];
        using var buffer = new PacketBuffer();
        for (int i = 0; i < 100; i++)
            program.Run(buffer, s_packets[i]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            program.Run(buffer, s_packets[i]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static string Verdicts(BpfObject firewall)
    {
        BpfProgram program = firewall.Programs["firewall"];
        char[] verdicts = new char[s_packets.Count];
        for (int i = 0; i < verdicts.Length; i++)
        {
            RunResult result = program.Run(s_packets[i]);
            Assert.Equal(s_packets[i], result.Packet);
            verdicts[i] = result.ReturnValue switch
            {
                1 => 'D',
                2 => 'P',
                _ => '?',
            };
        }

        return new string(verdicts);
    }

    static List<byte[]> ReadCapture(string path)
    {
        const int FileHeader = 24;
        const int RecordHeader = 16;
        byte[] file = File.ReadAllBytes(path);
        var packets = new List<byte[]>();
        for (int at = FileHeader; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            packets.Add(file.AsSpan(at + RecordHeader, length).ToArray());
            at += RecordHeader + length;
        }

        return packets;
    }
}
