// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Benchmarks.Harness;
using NopTap.Contexts;
using NopTap.Links;
using NopTap.Maps;

namespace NopTap.Benchmarks.Questions;

/// <summary>A runtime with what comparisons need: objects, a packet, a buffer.</summary>
internal sealed class Workbench : IDisposable
{
    /// <summary>Rounds of the loops in the benchmarks' own programs.</summary>
    internal const int Loops = 1000;

    static readonly byte[] s_frame = new byte[64];

    readonly PacketBuffer _buffer = new();

    internal Workbench(BpfEngine engine = BpfEngine.Auto, bool omitsRounds = false) =>
        Runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine, OmitsRounds = omitsRounds });

    internal BpfRuntime Runtime { get; }

    /// <summary>Path of a committed object.</summary>
    internal static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "programs", name + ".bpf.o");

    /// <summary>Loads one more copy of an object.</summary>
    internal BpfObject Load(string name) => Runtime.Load(PathOf(name));

    /// <summary>Loads one more copy of an object and takes a program of it.</summary>
    internal BpfProgram Program(string name, string program) => Load(name).Programs[program];

    /// <summary>A side that runs a program on a packet.</summary>
    internal Side OnPacket(string name, BpfProgram program, byte[] packet) =>
        new(name, calls =>
        {
            for (int i = 0; i < calls; i++)
                program.Run(_buffer, packet);
        })
        {
            MayAllocate = Runtime.Engine == BpfEngine.Interpreter,
        };

    /// <summary>A side that runs a looping program and tells the time of one round of the loop.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="program">The program.</param>
    /// <param name="ring">What it or its observer puts a record into each round, if it does.</param>
    /// <param name="link">An observer that must have been hit, if there is one.</param>
    /// <param name="operations">Operations in a round.</param>
    internal Side Loop(string name, BpfProgram program, RingUse? ring = null, BpfLink? link = null, int operations = 1) =>
        new(name, calls =>
        {
            for (int i = 0; i < calls; i++)
                program.Run(_buffer, s_frame);
        })
        {
            Operations = Loops * operations,
            MayAllocate = Runtime.Engine == BpfEngine.Interpreter,
            // A full ring refuses records, which is quicker than taking them.
            MaximumCalls = ring is null ? int.MaxValue : ring.Records / Loops,
            Reset = ring is null ? null : () => Drain(ring.Ring),
            Check = link is null ? null : () => CheckHits(link),
        };

    /// <summary>The first packet of the sample traffic that passes the whole firewall, all probes of the usual path included.</summary>
    internal byte[] PassingPacket()
    {
        using BpfObject firewall = Load("firewall");
        bool isRated = false;
        using SdtLink link = firewall.Probe("rate").Attach((in ProbeEvent _) => isRated = true);
        foreach (byte[] packet in ReadCapture(PathOf("traffic").Replace(".bpf.o", ".pcap", StringComparison.Ordinal)))
        {
            const uint Pass = 2;
            if (firewall.Programs["firewall"].Run(_buffer, packet) == Pass && isRated)
                return packet;
        }

        throw new InvalidOperationException("no packet of samples/traffic/traffic.pcap passes the firewall by way of its probe 'rate'");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Runtime.Dispose();
        _buffer.Dispose();
    }

    static void Drain(BpfRingBuffer ring)
    {
        int count = ring.Consume(static _ => { });
        if (count == 0 || count % Loops != 0)
            throw new InvalidOperationException($"{count} records came out of the ring, which is no whole number of runs");
    }

    static void CheckHits(BpfLink link)
    {
        if (link.Hits == 0 || link.Hits % Loops != 0 || link.Misses != 0 || link.Faults != 0)
            throw new InvalidOperationException($"link to '{link.ProbeName}': {link.Hits} hits, {link.Misses} misses, {link.Faults} faults");
    }

    static IEnumerable<byte[]> ReadCapture(string path)
    {
        const int FileHeader = 24;
        const int RecordHeader = 16;
        byte[] file = File.ReadAllBytes(path);
        for (int at = FileHeader; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            yield return file[(at + RecordHeader)..(at + RecordHeader + length)];
            at += RecordHeader + length;
        }
    }
}

/// <summary>A ring that fills up during a run.</summary>
/// <param name="Ring">The ring.</param>
/// <param name="RecordSize">Payload of each record: a multiple of 8.</param>
internal sealed record RingUse(BpfRingBuffer Ring, int RecordSize)
{
    const int HeadSize = 8;

    /// <summary>Records that fit.</summary>
    internal int Records => (int)Ring.MaxEntries / (HeadSize + RecordSize);
}
