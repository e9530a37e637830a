// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats.Btf;
using NopTap.TestKit;
using NopTap.Threads;

namespace NopTap.Tests.Runtime;

/// <summary>Objects of the repository in a runtime, and what tests ask of them.</summary>
static class Loaded
{
    internal static readonly byte[] Packet = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    static readonly Lazy<List<byte[]>> s_traffic = new(() => ReadCapture(Repository.PathOf("samples", "traffic", "traffic.pcap")));

    public static TheoryData<BpfEngine> Engines => [BpfEngine.Compiler, BpfEngine.Interpreter];

    internal static List<byte[]> Traffic => s_traffic.Value;

    internal static BpfRuntime NewRuntime(BpfEngine engine) => new(new BpfRuntimeOptions { Engine = engine });

    /// <summary>An object of the corpus, built by clang-19 when no build is named.</summary>
    internal static BpfObject LoadCorpus(this BpfRuntime runtime, string name, string build = "") =>
        runtime.Load(Repository.PathOf("test", "corpus", "objects", build, name + ".bpf.o"));

    internal static BpfObject LoadSample(this BpfRuntime runtime, string folder, string name) =>
        runtime.Load(Repository.PathOf("samples", folder, name + ".bpf.o"));

    /// <summary>A global variable, sign-extended where its size says so.</summary>
    internal static long Global(this BpfObject loaded, string name, int index = 0)
    {
        BtfTypes types = loaded.Spec.Btf!;
        foreach (BtfDataSec section in types.All.OfType<BtfDataSec>())
        {
            foreach (BtfSectionVariable variable in section.Variables)
            {
                if (types.TypeById(variable.TypeId).Name != name)
                    continue;
                int size = ElementSize(types, ((BtfVar)types.TypeById(variable.TypeId)).TypeId);
                byte[] all = loaded.Maps[section.Name].Lookup(new byte[4]);
                return Read(all.AsSpan((int)variable.Offset + (index * size), size));
            }
        }

        throw new KeyNotFoundException(name);
    }

    /// <summary>Asserts that nothing of a runtime is left: no program, map, link, trampoline or machine code.</summary>
    internal static void AssertEmpty(BpfRuntime runtime)
    {
        Assert.True(Epochs.Synchronize());
        Assert.Empty(runtime.Programs);
        Assert.Empty(runtime.Maps);
        Assert.Equal((0, 0), (runtime.Links.Count, runtime.Trampolines.Count));
        Assert.Equal(0, runtime.Code?.BlockCount ?? 0);
    }

    static int ElementSize(BtfTypes types, int id) =>
        (int)types.SizeOf(types.SkipModifiers(id) is BtfArray array ? array.ElementTypeId : id);

    static long Read(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => (sbyte)bytes[0],
        2 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        4 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

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
