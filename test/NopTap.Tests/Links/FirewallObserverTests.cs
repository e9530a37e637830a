// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Tests.Links;

/// <summary>Observers of every kind on the firewall sample, in both engines.</summary>
public sealed class FirewallObserverTests
{
    public static TheoryData<BpfEngine> Engines => [BpfEngine.Compiler, BpfEngine.Interpreter];

    // Ethernet, IPv4 and UDP from 10.0.0.1 port 5000 to 10.0.0.2 port 53, 20 bytes of payload.
    static byte[] Datagram()
    {
        byte[] packet = new byte[62];
        packet[12] = 0x08;
        packet[14] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(16), 48);
        packet[22] = 64;
        packet[23] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(26), 0x0a000001);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(30), 0x0a000002);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(34), 5000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(36), 53);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(38), 28);
        return packet;
    }

    static BpfObject Load(BpfRuntime runtime, string folder, string name) =>
        runtime.Load(Repository.PathOf("samples", folder, name + ".bpf.o"));

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.54")]
    public void ProgramsOfAnObjectObserveProbesAndFunctions(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject firewall = Load(runtime, "firewall", "firewall");
        using BpfObject observers = Load(runtime, "observers", "observers");
        BpfProgram program = firewall.Programs["firewall"];
        BpfMap<uint, ulong> totals = observers.Maps["totals"].As<uint, ulong>();
        BpfLink[] links =
        [
            firewall.Probe("packet").Attach(observers.Programs["on_packet"]),
            firewall.Probe("verdict").Attach(observers.Programs["on_verdict"]),
            firewall.Probe("verdict").Attach(observers.Programs["on_verdict_cookie"], cookie: 5),
            firewall.Probe("flow").Attach(observers.Programs["on_flow"]),
            firewall.Probe("rate").Attach(observers.Programs["on_rate"]),
            program.Functions["check_rate"].AttachEntry(observers.Programs["enter_check_rate"]),
            program.Functions["check_rate"].AttachExit(observers.Programs["leave_check_rate"]),
        ];
        byte[] packet = Datagram();
        for (int i = 0; i < 3; i++)
            Assert.Equal(2u, program.Run(packet).ReturnValue);
        Assert.Equal([3ul, 3, 0, 0, 3ul * (ulong)packet.Length, 2, 3, 3], Enumerable.Range(0, 8).Select(slot => totals[(uint)slot]));
        Assert.Equal(3ul, observers.Maps["by_cookie"].As<ulong, ulong>()[5]);
        Assert.Equal(3ul, observers.Maps["flows"].As<uint, ulong>()[(17 << 16) | 53]);
        Assert.Equal(links.Length, runtime.AttachedLinks.Count);
        Assert.Same(links[1], runtime.GetLink(links[1].Id));
        foreach (BpfLink link in links)
            link.Dispose();
        program.Run(packet);
        Assert.Equal(3ul, totals[0]);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.23")]
    public void AnObserverGetsTheTargetsContextAndReadsItsMapValues(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject firewall = Load(runtime, "firewall", "firewall");
        using BpfObject observers = Load(runtime, "observers", "observers");
        byte[] rule = new byte[firewall.Maps["blocklist4"].ValueSize];
        rule.AsSpan().Clear();
        byte[] address = [10, 0, 0, 1];
        firewall.Maps["blocklist4"].Update(address, rule);
        long read = -1;
        bool isForeignRefused = false;
        using SdtLink program = firewall.Probe("blocked").Attach(observers.Programs["on_blocked"]);
        using SdtLink link = firewall.Probe("blocked").Attach((in ProbeEvent e) =>
        {
            Span<byte> copy = stackalloc byte[8];
            read = e.TryReadMemory(e.GetUInt64("rule"), copy) ? BinaryPrimitives.ReadInt64LittleEndian(copy) : -2;
            isForeignRefused = !e.TryReadMemory(0x1000, copy) && !e.TryReadMemory(ulong.MaxValue - 3, copy);
        });
        byte[] packet = Datagram();
        Assert.Equal(1u, firewall.Programs["firewall"].Run(packet).ReturnValue);
        Assert.Equal((0ul, true), (link.Faults, isForeignRefused));
        Assert.NotEqual(-2, read);
        byte[] record = ((BpfRingBuffer)observers.Maps["blocked_events"]).TryRead()!;
        Assert.Equal((ulong)packet.Length, BinaryPrimitives.ReadUInt64LittleEndian(record));
        Assert.Equal(1ul, BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(8)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void APrinterIsWrittenFromThePrototype(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject firewall = Load(runtime, "firewall", "firewall");
        using BpfObject rings = runtime.Load(new BpfObjectSpec
        {
            Name = "rings",
            Maps = [new MapSpec { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 4096 }],
        });
        var ring = (BpfRingBuffer)rings.Maps["ring"];
        int programs = runtime.Programs.Count;
        SdtLink[] links = [.. firewall.Programs["firewall"].Probes.Select((probe, n) => probe.AttachPrinter(ring, (ulong)n))];
        byte[] packet = Datagram();
        firewall.Programs["firewall"].Run(packet);
        var records = new List<(string Probe, long[] Arguments)>();
        ring.Consume(bytes =>
        {
            var record = new ProbeRecord(bytes);
            long[] arguments = new long[record.Count];
            for (int i = 0; i < arguments.Length; i++)
                arguments[i] = record[i];
            Assert.NotEqual(0ul, record.Time);
            records.Add((links[(int)record.Cookie].ProbeName, arguments));
        });
        Assert.Equal(["packet", "flow", "verdict"], records.Select(record => record.Probe));
        Assert.Equal([17L, 5000, 53], records[1].Arguments);
        Assert.Equal([packet.Length, 2L], records[2].Arguments);
        foreach (SdtLink link in links)
            link.Dispose();
        firewall.Programs["firewall"].Run(packet);
        Assert.False(ring.TryRead(_ => { }));
        Assert.Equal(programs, runtime.Programs.Count);
        Assert.Throws<ArgumentException>(() => _ = new ProbeRecord(new byte[12]).Count);
    }
}
