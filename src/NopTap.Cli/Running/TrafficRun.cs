// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using NopTap.Cli.Captures;
using NopTap.Contexts;

namespace NopTap.Cli.Running;

/// <summary>A program on the packets of a capture, as often as wanted; counts and times it.</summary>
sealed class TrafficRun(BpfProgram program, ImmutableArray<CapturedPacket> packets) : IDisposable
{
    // So that Ctrl-C is seen soon, but asked for rarely.
    const int PacketsBetweenLooks = 64;

    readonly PacketBuffer _buffer = new();
    readonly ReadOnlyMemory<byte>[] _data = [.. packets.Select(packet => packet.Data)];
    readonly SortedDictionary<uint, long> _verdicts = [];
    long _ticks;

    /// <summary>Sees each packet as the program left it.</summary>
    public delegate void PacketSink(CapturedPacket original, uint verdict, ReadOnlySpan<byte> packet);

    /// <summary>Runs so far.</summary>
    public long Runs { get; private set; }

    /// <summary>Number of the packet that is running, from 1.</summary>
    public int Packet { get; private set; }

    /// <summary>Pass that is running, from 1.</summary>
    public int Pass { get; private set; }

    /// <summary>Runs that were stopped at their limit of rounds: their verdicts are not counted, since they are not the program's.</summary>
    public long Stopped { get; private set; }

    /// <summary>Whether <see cref="Packet"/> is asked for during runs; else packets run some at a time.</summary>
    public bool TracksPackets { get; init; }

    /// <summary>How often each verdict was given.</summary>
    public IReadOnlyDictionary<uint, long> Counts => _verdicts;

    /// <summary>Mean time of a run, the copying of the packet included; 0 before the first.</summary>
    public double NanosecondsPerRun => Runs == 0 ? 0 : _ticks * 1e9 / Stopwatch.Frequency / Runs;

    /// <summary>Runs all packets once.</summary>
    /// <param name="stop">Ends it early.</param>
    /// <param name="sink">Sees the results; not part of the time.</param>
    /// <returns>Whether all packets ran.</returns>
    public bool RunOnce(CancellationToken stop, PacketSink? sink = null)
    {
        Pass++;
        for (int first = 0; first < packets.Length; first += PacketsBetweenLooks)
        {
            if (stop.IsCancellationRequested || !RunSome(first, Math.Min(first + PacketsBetweenLooks, packets.Length), sink, stop))
                return false;
        }

        return true;
    }

    /// <summary>Verdicts as text: <c>XDP_PASS 165, XDP_DROP 24</c>, the most frequent first.</summary>
    public string Describe() => string.Join(", ", ByFrequency().Select(pair => $"{Verdicts.NameOf(program.Type, pair.Key)} {pair.Value}"));

    /// <summary>Verdicts by name.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach ((uint verdict, long count) in ByFrequency())
            json[Verdicts.NameOf(program.Type, verdict)] = count;
        return json;
    }

    /// <summary>Verdicts and how often each was given, the most frequent first.</summary>
    public IEnumerable<KeyValuePair<uint, long>> ByFrequency() => _verdicts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key);

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    // Returns whether all of them ran.
    bool RunSome(int first, int end, PacketSink? sink, CancellationToken token)
    {
        try
        {
            return sink is null && !TracksPackets ? RunTogether(first, end, token) : RunSingly(first, end, sink, token);
        }
        catch (OperationCanceledException)
        {
            // Between the look and the run.
            return false;
        }
    }

    bool RunTogether(int first, int end, CancellationToken token)
    {
        var options = new RunOptions { CancellationToken = token };
        Span<uint> verdicts = stackalloc uint[PacketsBetweenLooks];
        while (first < end)
        {
            Packet = first + 1;
            long start = Stopwatch.GetTimestamp();
            int done = program.RunBatch(_data.AsSpan(first, end - first), verdicts, options, out RunStop stop);
            _ticks += Stopwatch.GetTimestamp() - start;
            Count(verdicts[..done]);
            first += done;
            if (stop == RunStop.Cancellation)
                return false;
            if (stop == RunStop.Rounds)
            {
                CountStopped();
                first++;
            }
        }

        return true;
    }

    bool RunSingly(int first, int end, PacketSink? sink, CancellationToken token)
    {
        var options = new RunOptions { CancellationToken = token };
        for (int i = first; i < end; i++)
        {
            Packet = i + 1;
            long start = Stopwatch.GetTimestamp();
            uint verdict = program.Run(_buffer, _data[i].Span, options, out RunStop stop);
            _ticks += Stopwatch.GetTimestamp() - start;
            if (stop == RunStop.Cancellation)
                return false;
            if (stop == RunStop.Rounds)
            {
                CountStopped();
                continue;
            }

            Count([verdict]);
            sink?.Invoke(packets[i], verdict, _buffer.Packet);
        }

        return true;
    }

    void CountStopped()
    {
        Runs++;
        Stopped++;
    }

    void Count(ReadOnlySpan<uint> verdicts)
    {
        Runs += verdicts.Length;
        foreach (uint verdict in verdicts)
            _verdicts[verdict] = _verdicts.GetValueOrDefault(verdict) + 1;
    }
}
