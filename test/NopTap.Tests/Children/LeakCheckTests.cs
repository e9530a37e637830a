// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Interpreter;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Maps;
using NopTap.Native;
using NopTap.TestKit;
using NopTap.TestKit.Children;
using NopTap.TestKit.Leaks;
using NopTap.Tests.Runtime;
using NopTap.Threads;

namespace NopTap.Tests.Children;

/// <summary>That what is left behind fails the child, with a message that names it; and that what is given back does not.</summary>
public sealed unsafe class LeakCheckTests
{
    static BpfRuntime? s_forgotten;

    [Fact]
    public void ARuntimeThatIsLeftFailsTheChildAndEachOfItsPartsIsNamed()
    {
        ChildResult result = ChildProcess.Observe(LeaveARuntime, ChildProcess.DefaultLimit);
        Assert.Equal(ChildEnding.Threw, result.Ending);
        foreach (string part in (string[])["Mapping: ", "CodeRegion: 1\n", "CodeBlock: ", "Slot: ", "MapHandle: ", "RunFrame: ", "ObserverHandle: 1\n"])
            Assert.Contains(part, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void EachKindOfLeakIsFoundAndGoneWhenItIsGivenBack() => ChildProcess.Run(LeakEachInTurn);

    [Fact]
    public void AChildThatDisposesOfWhatItMadeLeavesNothing() => ChildProcess.Run(LeaveNothing);

    static void LeaveARuntime(string[] arguments)
    {
        s_forgotten = new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Compiler });
        s_forgotten.LoadCorpus("sdt_args").Probe("one").Attach((in ProbeEvent _) => { });
        GC.KeepAlive(s_forgotten);
    }

    static void LeaveNothing(string[] arguments)
    {
        foreach (BpfEngine engine in (BpfEngine[])[BpfEngine.Compiler, BpfEngine.Interpreter])
        {
            using BpfRuntime runtime = Loaded.NewRuntime(engine);
            using BpfObject loaded = runtime.LoadCorpus("sdt_args");
            loaded.Probe("one").Attach((in ProbeEvent _) => { });
            foreach (BpfProgram program in loaded.Programs)
                program.Run(Loaded.Packet);
        }
    }

    [Fact]
    public void AProgramWhoseSpecificationIsBrokenLeavesNothing() => ChildProcess.Run(LoadBroken);

    static void LoadBroken(string[] arguments)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(BpfEngine.Compiler);
        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "sdt_args.bpf.o"));
        Assert.ThrowsAny<Exception>(() => runtime.Load(spec with { Programs = [.. spec.Programs.Select(program => program with { Functions = default })] }));
    }

    [Fact]
    public void AProgramAndItsRuntimeDisposedOfAtOnceLeaveNothing() => ChildProcess.Run(DisposeAtOnce);

    static void DisposeAtOnce(string[] arguments)
    {
        const int Rounds = 300;
        const int Links = 8;
        for (int i = 0; i < Rounds; i++)
        {
            BpfRuntime runtime = Loaded.NewRuntime(BpfEngine.Compiler);
            BpfProgram program = runtime.LoadCorpus("sdt_args").Programs[0];
            for (int link = 0; link < Links; link++)
            {
                int number = link; // an observer of its own each
                program.Functions[0].AttachEntry((in ProbeEvent e) => Assert.Equal((ulong)number, e.Cookie), new LinkOptions { Cookie = (ulong)number });
            }

            using var start = new Barrier(2);
            var thread = new Thread(() =>
            {
                start.SignalAndWait();
                program.Dispose();
            });
            thread.Start();
            start.SignalAndWait();
            runtime.Dispose();
            thread.Join();
        }
    }

    static void LeakEachInTurn(string[] arguments)
    {
        Assert.Empty(LeakCheck.Find());
        MappedMemory mapping = MappedMemory.TryReserve(4096)!;
        Expect("Mapping: 1", mapping.Dispose);
        var guest = new GuestMemory();
        Expect("GuestStack: 1", guest.Dispose);
        int slot = SlotTable.Lease();
        Expect("Slot: 1", () => SlotTable.Release(slot));
        var code = new CodeMemory(1 << 16);
        Expect("CodeRegion: 1", code.Dispose);
        Epochs.EnterOutermost(ThreadBlocks.Current);
        Assert.Contains(LeakCheck.Find(), leak => leak.StartsWith("thread block 0 is inside a run", StringComparison.Ordinal));
        Epochs.LeaveOutermost(ThreadBlocks.Current);
        ThreadBlocks.Current->HeldLock = 8;
        Expect("thread block 0 holds the lock at 0x8", static () => ThreadBlocks.Current->HeldLock = 0);
        SlotTable.Words(ThreadBlocks.Current, slot)[1] = 1;
        Expect($"slot {slot} of thread block 0 is not zero although nobody leases it", () => SlotTable.Words(ThreadBlocks.Current, slot)[1] = 0);
        Assert.Equal(0, MapRegions.Count);
    }

    static void Expect(string leak, Action giveBack)
    {
        Assert.Equal([leak], LeakCheck.Find());
        giveBack();
        Assert.Empty(LeakCheck.Find());
    }
}
