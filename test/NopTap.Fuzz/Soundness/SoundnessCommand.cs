// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using NopTap.Formats;
using NopTap.Fuzz.Verdicts;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Fuzz.Soundness;

/// <summary>noptap-fuzz soundness [--seconds N] [--seed S] [--shape NAME]: whatever is accepted runs clean, and every step lies within what was proved.</summary>
public static class SoundnessCommand
{
    static readonly Lazy<List<byte[]>> s_capture = new(ReadCapture);

    /// <summary>Runs until the time is up: all committed objects first, random programs afterwards.</summary>
    /// <param name="args">What follows the command's name.</param>
    public static int Run(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        double seconds = 60;
        int seed = 1;
        string shape = Shapes.All;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--seconds": seconds = double.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--seed": seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
                case "--shape": shape = args[i + 1]; break;
                default: return Misuse(args[i]);
            }
        }

        if (args.Length % 2 != 0)
            return Misuse(args[^1]);
        var clock = Stopwatch.StartNew();
        var objects = new SoundnessTally();
        foreach (string path in shape == Shapes.All ? Objects() : [])
        {
            Check(path, Traffic(40, seed), seed, objects);
            if (clock.Elapsed.TotalSeconds > seconds / 2)
                break;
        }

        Console.WriteLine($"objects: {objects}");
        if (objects.Finds.Count > 0)
            return Tell(objects);
        var random = new SoundnessTally();
        Programs(shape, seed, tally => clock.Elapsed.TotalSeconds < seconds, random);
        Console.WriteLine($"random: {random}");
        return Tell(random);
    }

    /// <summary>Checks the random programs of consecutive seeds while more are wanted, until one is found that should not have been accepted.</summary>
    /// <param name="shape">What they are made of.</param>
    /// <param name="seed">First seed.</param>
    /// <param name="goesOn">Whether more are wanted after those that are counted.</param>
    /// <param name="tally">Takes the counts and finds.</param>
    public static void Programs(string shape, long seed, Func<SoundnessTally, bool> goesOn, SoundnessTally tally)
    {
        ArgumentNullException.ThrowIfNull(goesOn);
        ArgumentNullException.ThrowIfNull(tally);
        for (; goesOn(tally) && tally.Finds.Count == 0; seed++)
        {
            Subject subject = Shapes.Make(shape, seed);
            var spec = new BpfObjectSpec { Name = subject.Name, License = subject.Program.License, Maps = [.. subject.Maps.Select(Runnable)], Programs = [subject.Program] };
            SoundnessCheck.Object(spec, Traffic(6, (int)(seed % 100)), (int)seed, tally);
        }
    }

    // A map that evicts is for the verifier what one that does not is, and that one the runtime has.
    internal static MapSpec Runnable(MapSpec map) => map.Type == MapType.LruHash ? map with { Type = MapType.Hash } : map;

    /// <summary>Checks a committed object; one that cannot be read counts as refused.</summary>
    public static void Check(string path, IReadOnlyList<byte[]> packets, int seed, SoundnessTally tally)
    {
        ArgumentNullException.ThrowIfNull(tally);
        if (BpfObjectSpec.TryLoad(path, out BpfObjectSpec? spec, out Diagnostic? _))
            SoundnessCheck.Object(spec, packets, seed, tally);
        else
            tally.Refused++;
    }

    /// <summary>All committed objects.</summary>
    public static IEnumerable<string> Objects() => new[] { "samples", "test/corpus" }
        .SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.bpf.o", SearchOption.AllDirectories)).Order(StringComparer.Ordinal);

    /// <summary>Packets of the committed capture, evenly chosen.</summary>
    public static IReadOnlyList<byte[]> Traffic(int count, int seed)
    {
        List<byte[]> packets = s_capture.Value;
        int step = Math.Max(1, packets.Count / count);
        return [.. packets.Where((_, i) => i % step == seed % step)];
    }

    static List<byte[]> ReadCapture()
    {
        byte[] file = File.ReadAllBytes(Repository.PathOf("samples", "traffic", "traffic.pcap"));
        var packets = new List<byte[]>();
        for (int at = 24; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            // The runtime takes nothing shorter than an Ethernet header.
            if (length >= 14)
                packets.Add(file.AsSpan(at + 16, length).ToArray());
            at += 16 + length;
        }

        return packets;
    }

    static int Misuse(string argument)
    {
        Console.Error.WriteLine($"unknown option {argument}; options are --seconds N --seed S --shape NAME");
        return 2;
    }

    static int Tell(SoundnessTally tally)
    {
        foreach (string find in tally.Finds)
            Console.WriteLine(find);
        return tally.Finds.Count == 0 ? 0 : 1;
    }
}
