// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Tests.Building;
using NopTap.Isa;

namespace NopTap.Formats.Tests;

/// <summary>Whatever the bytes, reading ends in a value or a diagnostic.</summary>
public sealed class RobustnessTests
{
    public static TheoryData<string> Objects => ["formats/probes.bpf.o", "formats/types.bpf.o", "objects/clang-19-v3/maps.bpf.o"];

    static void Read(ReadOnlySpan<byte> bytes, ref int refused)
    {
        if (BpfObjectSpec.TryLoad(bytes, "damaged", out BpfObjectSpec? spec, out Diagnostic? diagnostic))
        {
            foreach (ProgramSpec program in spec.Programs)
                CheckProgram(spec, program);
            return;
        }

        Assert.NotEmpty(diagnostic.Message);
        refused++;
    }

    // What a reader lets through must be consistent, since later stages index by it.
    static void CheckProgram(BpfObjectSpec spec, ProgramSpec program)
    {
        Assert.Equal(0, program.Functions[0].Start);
        Assert.Equal(program.Instructions.Length, program.Functions[^1].End);
        foreach (MapReference reference in program.References)
        {
            Assert.InRange(reference.MapIndex, 0, spec.Maps.Length - 1);
            Assert.True(program.Instructions[reference.Instruction].IsWideLoad);
        }

        foreach (ProbeSiteSpec site in program.Probes.SelectMany(static p => p.Sites))
        {
            Assert.True(program.Instructions[site.Instruction].IsNopGoto);
            Assert.True(site.ArmingInstruction < program.Instructions.Length && site.ArmedTarget < program.Instructions.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void EveryTruncationEndsInADiagnosticOrAValue(string name)
    {
        byte[] bytes = Have.Bytes(name);
        int refused = 0;
        for (int length = 0; length < bytes.Length; length++)
            Read(bytes.AsSpan(0, length), ref refused);
        Assert.Equal(bytes.Length, refused); // the section table is at the end, so nothing short of the whole file is whole
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void FlippedBitsEndInADiagnosticOrAValue(string name)
    {
        byte[] bytes = Have.Bytes(name);
        var random = new Random(1);
        int refused = 0;
        for (int at = random.Next(3); at < bytes.Length; at += random.Next(1, 4))
        {
            int bit = 1 << random.Next(8);
            bytes[at] ^= (byte)bit;
            Read(bytes, ref refused);
            bytes[at] ^= (byte)bit;
        }

        Assert.InRange(refused, 1, bytes.Length - 1);
    }

    [Fact]
    public void EveryBitOfASmallObjectMayFlip()
    {
        byte[] bytes = new ProbeObject().Build();
        int refused = 0;
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Read(bytes, ref refused);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.InRange(refused, 100, bytes.Length * 8);
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void RandomWordsInRandomPlacesEndInADiagnosticOrAValue(string name)
    {
        byte[] original = Have.Bytes(name);
        uint[] interesting = [0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x10000];
        var random = new Random(2);
        int refused = 0;
        for (int run = 0; run < 1500; run++)
        {
            byte[] bytes = [.. original];
            for (int n = random.Next(1, 4); n > 0; n--)
                BitConverter.TryWriteBytes(bytes.AsSpan(random.Next(bytes.Length / 4 - 1) * 4), interesting[random.Next(interesting.Length)]);
            Read(bytes, ref refused);
        }

        Assert.InRange(refused, 1, 1500);
    }

    [Fact]
    public void EveryCommittedObjectIsRead()
    {
        string[] paths = Have.AllObjects();
        Assert.NotEmpty(paths);
        foreach (string path in paths)
        {
            bool loaded = BpfObjectSpec.TryLoad(path, out BpfObjectSpec? spec, out Diagnostic? diagnostic);
            Assert.True(loaded, $"{path}: {diagnostic}");
            Assert.NotEmpty(spec!.Programs);
        }
    }
}
