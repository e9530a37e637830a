// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>Eight frames are a program's limit, not a run's: tail calls within functions make more, on both engines.</summary>
public sealed class TailCallFrameTests
{
    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public void ARunHasAsManyFramesAsItsTailCallsMake(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Repository.PathOf("test", "corpus", "stops", "tails.bpf.o"));
        for (int i = 0; i < 2; i++)
            Assert.Equal(2u, loaded.Programs["deep"].Run(Loaded.Packet).ReturnValue);
        // 34 programs a run; each adds what it kept on its stack when the others are back.
        Assert.Equal((68, 68 * 69 / 2), (loaded.Global("entered"), loaded.Global("kept_sum")));
    }
}
