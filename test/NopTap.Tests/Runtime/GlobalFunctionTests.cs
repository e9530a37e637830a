// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Links;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Runtime;

/// <summary>Programs whose global functions were verified on their own, run by both engines and by the kernel.</summary>
public sealed class GlobalFunctionTests
{
    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public void EveryProgramReturnsWhatItReturnsInTheKernel(BpfEngine engine)
    {
        if (KernelOracle.Unavailable is { } reason)
            Assert.Skip(reason);
        BpfObjectSpec spec = BpfObjectSpec.Load(TestKit.Repository.PathOf("test", "corpus", "objects", "global_functions.bpf.o"));
        var ours = new List<string>();
        var kernel = new List<string>();
        foreach (ProgramSpec program in spec.Programs)
        {
            using BpfRuntime runtime = Loaded.NewRuntime(engine);
            using BpfObject loaded = runtime.LoadCorpus("global_functions");
            using var oracle = new KernelOracle(spec.Maps);
            ours.Add($"{program.Name} {loaded.Programs[program.Name].Run(Loaded.Packet).ReturnValue}");
            KernelVerdict verdict = oracle.Load(program, log: true, Loaded.Packet);
            kernel.Add($"{program.Name} {(verdict.ReturnValue is { } value ? $"{value}" : verdict.Reason)}");
        }

        Assert.Equal(kernel, ours);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AProbeInsideHasTheDeclaredArguments(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject target = runtime.LoadCorpus("global_functions");
        using BpfObject observers = runtime.LoadCorpus("global_functions_observers");
        using BpfLink atSite = target.Programs["probed"].Probes["counted"].Attach(observers.Programs["observe_counted"], new LinkOptions());
        using BpfLink atEntry = target.Programs["probed"].Functions["observed"].AttachEntry(observers.Programs["observe_entry"], new LinkOptions());
        Assert.Equal(1064u, target.Programs["probed"].Run(Loaded.Packet).ReturnValue);
        Assert.Equal((1000, 77, 64, 64), (observers.Global("bytes"), observers.Global("packets"), observers.Global("length"), observers.Global("through_context")));
        Assert.Equal((64, 1000), (observers.Global("entry_length"), observers.Global("entry_bytes")));
    }
}
