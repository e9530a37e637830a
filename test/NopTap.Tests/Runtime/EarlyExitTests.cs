// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Runtime;

/// <summary>What ends early leaves the same behind on both engines, and in the kernel: results, stack, maps, observers.</summary>
public sealed class EarlyExitTests
{
    // Of 64 bytes 0, 1, 2, ... the last is 63; what lies behind ends the function, and what stands behind the load is not done.
    public static TheoryData<string, uint> Programs => new()
    {
        { "in_function", 111 + 64 },
        { "outside_in_function", 101 },
        { "in_functions", 1011 },
        { "in_entry", 0 },
        { "in_callback", 500 + 50 + 3 },
        { "in_each", 1101 },
        { "in_global_function", 100 + 64 },
        { "ended", 0 },
        { "tail_call_in_function", 101 },
        { "no_program_in_function", 111 + 5 },
    };

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Programs))]
    public void BothEnginesAndTheKernelReturnTheSame(string name, uint want)
    {
        foreach (BpfEngine engine in (BpfEngine[])[BpfEngine.Compiler, BpfEngine.Interpreter])
        {
            using BpfRuntime runtime = Loaded.NewRuntime(engine);
            using BpfObject loaded = runtime.LoadCorpus("early_exits");
            Assert.Equal((engine, want), (engine, loaded.Programs[name].Run(Loaded.Packet).ReturnValue));
        }

        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "early_exits.bpf.o"));
        if (KernelOracle.Unavailable is not null || name == "tail_call_in_function")
            return;
        using var oracle = new KernelOracle(spec.Maps);
        KernelVerdict verdict = oracle.Load(spec.Programs.Single(program => program.Name == name), log: true, Loaded.Packet);
        if (verdict.NotAsked is null)
            Assert.Equal(want, verdict.ReturnValue);
    }

    [Fact]
    public void EveryProgramIsListed()
    {
        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "early_exits.bpf.o"));
        Assert.Equal(spec.Programs.Select(static program => program.Name).Order(), Programs.Select(static row => row.Data.Item1).Order());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void ObserversOfTheExitSeeTheResult(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("early_exits");
        var log = new List<string>();
        foreach ((string program, string function) in ((string, string)[])[("outside_in_function", "byte_at"), ("in_functions", "sum_of_words"), ("in_functions", "byte_at"), ("tail_call_in_function", "replaced"), ("in_callback", "round_of_loop"), ("in_entry", "in_entry"), ("in_global_function", "byte_or_zero")])
        {
            BpfProgram target = loaded.Programs[program];
            using TracingLink entry = target.Functions[function].AttachEntry((in ProbeEvent e) => log.Add($"{function} begins"));
            using TracingLink exit = target.Functions[function].AttachExit((in ProbeEvent e) => log.Add($"{function} {(uint)e.ReturnValue}"));
            target.Run(Loaded.Packet);
        }

        string[] rounds = [.. Enumerable.Repeat<string[]>(["round_of_loop begins", "round_of_loop 0"], 5).SelectMany(static round => round)];
        Assert.Equal(
            ["byte_at begins", "byte_at 0", "sum_of_words begins", "sum_of_words 0", "byte_at begins", "byte_at 60", "replaced begins", "replaced 0", .. rounds,
                "in_entry begins", "in_entry 0", "byte_or_zero begins", "byte_or_zero 64", "byte_or_zero begins", "byte_or_zero 0"],
            log);
    }

    // Memory that a helper was to fill and did not is what it was: nothing is believed of it, and no old bytes of the stack are shown.
    [Theory]
    [MemberData(nameof(Engines))]
    public void AHelperThatThrowsLeavesNothingBehind(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        var seen = new List<long>();
        int fill = runtime.Helpers.Add("fill_eight", (Span<byte> memory) => memory.Length == 8 ? throw new InvalidOperationException("no") : 0UL);
        int note = runtime.Helpers.Add("note", value =>
        {
            seen.Add((long)value);
            return 0;
        });
        using BpfObject loaded = runtime.Load(Written.Xdp(
            $"r1 = r10\nr1 += -8\nr2 = 8\ncall {fill}\nr1 = r0\ncall {note}\nr1 = *(u64 *)(r10 - 8)\ncall {note}\nr0 = 2\nexit"));
        BpfException thrown = Assert.ThrowsAny<BpfException>(() => loaded.Programs[0].Run(Loaded.Packet));
        Assert.IsType<InvalidOperationException>(thrown.InnerException);
        Assert.Equal([-(long)Errno.EFAULT, 0], seen);
    }
}
