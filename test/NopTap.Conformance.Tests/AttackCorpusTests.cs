// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit.Cases;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Conformance.Tests;

/// <summary>
/// Programs after the public faults of the kernel's verifier, and after what could be wrong with probes (<c>test/corpus/attack</c>), and one for
/// each comparison of states and each thing that becomes stale (<c>test/corpus/pruning</c>: its section <c>fault</c> names the line that it
/// guards). Most would do harm if they were accepted; those that may be are run.
/// </summary>
public sealed class AttackCorpusTests
{
    static readonly string[] s_folders = ["attack", "pruning"];
    const int Rounds = 24;
    static readonly string[] s_sections = ["fault", "with", "asm", "reject", "accept", "kernel"];

    public static TheoryData<string> All => [.. Cases().Select(test => test.Name)];

    public static TheoryData<string> AskedOfTheKernel => [.. Cases().Where(test => AttackProgram.Of(test).IsKernels).Select(test => test.Name)];

    public static TheoryData<string> Accepted => [.. Cases().Where(test => test.Sections.ContainsKey("accept") && AttackProgram.Of(test).Spec.Type != ProgramType.Tracing).Select(test => test.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void TheVerdictIsTheOneWritten(string name)
    {
        TestCase test = Find(name);
        Assert.True(test["fault"] is { Length: > 0 }, "a case names the fault that it is made after");
        VerificationResult result = AttackProgram.Of(test).Verify();
        Assert.Equal(test["reject"], result.Rejection?.Id);
        Assert.Equal(test.Sections.ContainsKey("accept"), result.IsAccepted);
    }

    [Theory]
    [MemberData(nameof(AskedOfTheKernel))]
    public void TheRunningKernelSaysTheSame(string name)
    {
        Assert.SkipWhen(KernelOracle.Unavailable is not null, KernelOracle.Unavailable ?? "");
        TestCase test = Find(name);
        using var oracle = new KernelOracle(AttackProgram.Maps);
        KernelVerdict verdict = oracle.Load(AttackProgram.Of(test).Spec, log: true);
        Assert.SkipWhen(verdict.NotAsked is not null, verdict.NotAsked ?? "");
        bool expected = test.Sections.TryGetValue("kernel", out CaseSection? different) ? different.Argument == "accepts" : test.Sections.ContainsKey("accept");
        Assert.True(verdict.IsAccepted == expected, $"the kernel says errno {verdict.Errno}: {verdict.Reason}");
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void WhatIsAcceptedRunsAlikeOnBothEngines(string name)
    {
        ProgramSpec program = AttackProgram.Of(Find(name)).Spec;
        List<string> interpreted = Run(BpfEngine.Interpreter, program);
        Assert.Equal(Rounds, interpreted.Count);
        if (!BpfRuntime.IsCompilerSupported)
            return;
        List<string> compiled = Run(BpfEngine.Compiler, program);
        // Results that are made of addresses differ from run to run.
        if (Find(name).Sections["accept"].Argument != "addresses")
            Assert.Equal(interpreted, compiled);
    }

    static IEnumerable<TestCase> Cases() => s_folders.SelectMany(folder => Corpus.Load(folder, s_sections));

    static TestCase Find(string name) => Cases().Single(test => test.Name == name);

    // The interpreter checks every access: a fault is an exception. Both engines get the same numbers in the variables and the packet.
    static List<string> Run(BpfEngine engine, ProgramSpec program)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        using BpfObject loaded = runtime.Load(new BpfObjectSpec { Name = "attack", License = "GPL", Maps = AttackProgram.Maps, Programs = [program] });
        BpfMap variables = loaded.Maps[".bss"];
        var random = new Random(20261127);
        var left = new List<string>();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] value = Numbers(random, round);
            variables.Update(new byte[4], value);
            byte[] packet = new byte[14 + random.Next(100)];
            random.NextBytes(packet);
            RunResult result = loaded.Programs[0].Run(packet);
            string after = Convert.ToHexString(variables.Lookup(new byte[4]));
            left.Add(string.Create(CultureInfo.InvariantCulture, $"{result.ReturnValue} {after} {Convert.ToHexString(result.Packet)}"));
        }

        return left;
    }

    // Small numbers, numbers at the edges of widths, and any.
    static byte[] Numbers(Random random, int round)
    {
        ulong[] edges = [0, 1, 7, 15, 16, 31, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, long.MaxValue, 1UL << 63, ulong.MaxValue];
        ulong[] words = new ulong[4];
        for (int n = 0; n < words.Length; n++)
            words[n] = (round % 3) switch { 0 => (ulong)random.Next(16), 1 => edges[random.Next(edges.Length)], _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) };
        return MemoryMarshal.AsBytes<ulong>(words).ToArray();
    }
}
