// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Runtime;

/// <summary>Every committed object on traffic: engine against engine, and against the kernel where it may be asked.</summary>
public sealed class SampleObjectTests
{
    const int Packets = 60;

    // What this runtime does not take, and why.
    static readonly (string Object, string Id, string Why)[] s_refused =
    [
        ("externs", FormatDiagnostics.KernelSymbolUsed.Id, "a kernel's variables and functions"),
    ];

    // The firewall's sources begin with the time at which their window was opened.
    const string Timed = "sources";

    public static TheoryData<string> Objects =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("samples"), "*.bpf.o", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.PathOf("test", "corpus", "objects"), "*.bpf.o", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal),
    ];

    static IEnumerable<byte[]> Traffic => Loaded.Traffic.Where((_, i) => i % (1 + (Loaded.Traffic.Count / Packets)) == 0);

    [Theory]
    [MemberData(nameof(Objects))]
    public void BothEnginesAgree(string path)
    {
        using BpfRuntime compiler = Loaded.NewRuntime(BpfEngine.Compiler);
        using BpfRuntime interpreter = Loaded.NewRuntime(BpfEngine.Interpreter);
        string name = Path.GetFileName(path)[..^".bpf.o".Length];
        string? refusal = s_refused.FirstOrDefault(entry => entry.Object == name).Id;
        if (refusal is not null)
        {
            Assert.Equal(refusal, Assert.ThrowsAny<BpfException>(() => compiler.Load(Repository.PathOf(path))).Diagnostic.Id);
            Assert.Equal(refusal, Assert.ThrowsAny<BpfException>(() => interpreter.Load(Repository.PathOf(path))).Diagnostic.Id);
            return;
        }

        using BpfObject compiled = compiler.Load(Repository.PathOf(path));
        using BpfObject interpreted = interpreter.Load(Repository.PathOf(path));
        for (int i = 0; i < compiled.Programs.Count; i++)
        {
            if (compiled.Programs[i].TypeInfo.Kind is ContextKind.Xdp or ContextKind.Skb)
                Assert.Equal(Run(interpreted.Programs[i]), Run(compiled.Programs[i]));
        }

        for (int i = 0; i < compiled.Maps.Count; i++)
            Assert.Equal(Content(interpreted.Maps[i]), Content(compiled.Maps[i]));
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void TheKernelGivesTheSameVerdicts(string path)
    {
        if (KernelEngine.Unavailable is { } reason)
            Assert.Skip(reason);
        using BpfRuntime runtime = Loaded.NewRuntime(BpfEngine.Compiler);
        if (s_refused.Any(entry => path.EndsWith($"/{entry.Object}.bpf.o", StringComparison.Ordinal)))
            Assert.Skip("refused by this runtime");
        using BpfObject loaded = runtime.Load(Repository.PathOf(path));
        using var oracle = new KernelOracle(loaded.Spec.Maps);
        int compared = 0;
        foreach (BpfProgram program in loaded.Programs)
        {
            // What is in a program array is the loader's affair, and a fresh map of the kernel's has nothing in it.
            if (program.TypeInfo.Kind is not (ContextKind.Xdp or ContextKind.Skb) || UsesTailCalls(loaded, program))
                continue;
            byte[][] packets = [.. Traffic];
            // A test run in the kernel takes the Ethernet header off before a socket filter sees the packet; here it sees what is given.
            bool isFilter = program.Type == ProgramType.SocketFilter;
            PacketVerdict[]? verdicts = oracle.Run(program.Spec, isFilter ? [.. packets.Select(packet => (byte[])[.. packet[..14], .. packet])] : packets);
            if (verdicts is null)
                continue;
            for (int i = 0; i < packets.Length; i++)
            {
                RunResult ours = program.Run(packets[i]);
                Assert.Equal(verdicts[i].ReturnValue, ours.ReturnValue);
                if (program.Type == ProgramType.Xdp)
                    Assert.Equal(Convert.ToHexString(verdicts[i].Packet), Convert.ToHexString(ours.Metadata) + Convert.ToHexString(ours.Packet));
            }

            compared++;
        }

        if (compared == 0)
            Assert.Skip("no program that the kernel takes and runs on packets");
    }

    // Each round of a loop leaves the way to an armed probe to be followed later; there are more of them than other paths that may wait.
    [Fact]
    public void ALoopMayPassLazyProbesTenThousandTimes()
    {
        using BpfRuntime runtime = Loaded.NewRuntime(BpfEngine.Compiler);
        using BpfObject loaded = runtime.Load(Repository.PathOf("bench", "programs", "tight.lazy.bpf.o"));
        Assert.Equal(10, loaded.Programs["dense"].Probes.Sum(probe => probe.Sites.Length));
    }

    static bool UsesTailCalls(BpfObject loaded, BpfProgram program) =>
        program.Spec.References.Any(reference => loaded.Spec.Maps[reference.MapIndex].Type == MapType.ProgArray);

    static List<string> Run(BpfProgram program)
    {
        var results = new List<string>();
        foreach (byte[] packet in Traffic)
        {
            RunResult result = program.Run(packet);
            results.Add($"{program.Name}: {result.ReturnValue} {Convert.ToHexString(result.Packet)} {Convert.ToHexString(result.Metadata)}");
        }

        return results;
    }

    static List<string> Content(BpfMap map)
    {
        var entries = new List<string>();
        if (map is BpfRingBuffer or BpfMapOfMaps or ProgramArrayMap)
            return entries;
        byte[] key = new byte[map.KeySize];
        byte[] next = new byte[map.KeySize];
        byte[] value = new byte[map.HostValueSize];
        for (bool isMore = map.GetNextKey([], next); isMore; isMore = map.GetNextKey(key, next))
        {
            next.CopyTo(key, 0);
            Assert.True(map.TryLookup(key, value));
            if (map.Name == Timed)
                Array.Clear(value, 0, sizeof(ulong));
            entries.Add($"{map.Name} {Convert.ToHexString(key)} {(map.IsPerProcessor ? Sum(value) : Convert.ToHexString(value))}");
        }

        entries.Sort(StringComparer.Ordinal);
        return entries;
    }

    // Which processor a run was on is not the program's doing.
    static string Sum(byte[] values)
    {
        ulong sum = 0;
        for (int i = 0; i < values.Length; i += sizeof(ulong))
            sum += BitConverter.ToUInt64(values, i);
        return sum.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
