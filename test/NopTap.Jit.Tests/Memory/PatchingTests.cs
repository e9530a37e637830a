// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Jit.Tests.Memory;

public sealed unsafe class PatchingTests
{
    // mov eax, 1; nop5 (at 5: 3 bytes of padding put it at 8); ret | at 64: add eax, 100; ret
    static readonly byte[] s_site = [0xb8, 1, 0, 0, 0, 0x0f, 0x1f, 0x00, .. SitePatch.Nop, 0xc3];
    static readonly byte[] s_callee = [0x83, 0xc0, 100, 0xc3];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WordsChangeOnlyTheSite(int start)
    {
        ulong site = 0x10000 + (ulong)start;
        const ulong word = 0x1122334455667788;
        ulong outside = ~(0xff_ffff_ffffUL << (8 * start));

        ulong nop = SitePatch.WithNop(site, word);
        Assert.Equal(SiteState.Nop, SitePatch.Read(site, nop, out _));
        Assert.Equal(word & outside, nop & outside);

        ulong call = SitePatch.WithCall(site, nop, 0x10);
        Assert.Equal(SiteState.Call, SitePatch.Read(site, call, out ulong target));
        Assert.Equal(0x10UL, target);
        Assert.Equal(word & outside, call & outside);

        ulong jump = SitePatch.WithJump(site, nop, 0x20000);
        Assert.Equal(SiteState.Jump, SitePatch.Read(site, jump, out target));
        Assert.Equal(0x20000UL, target);
        Assert.Equal(nop, SitePatch.WithNop(site, jump));
        Assert.Equal(SiteState.Other, SitePatch.Read(site, word, out _));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    public void SiteAcrossTwoWordsIsRefused(int start)
    {
        Assert.False(SitePatch.Fits((ulong)start));
        Assert.Throws<ArgumentOutOfRangeException>(() => SitePatch.WithNop((ulong)start, 0));
    }

    [Fact]
    public void TargetOutOfReachIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SitePatch.WithCall(0, 0, 0x1_0000_0000));

    [Theory]
    [InlineData((int)CodeMemoryFaults.None)]
    [InlineData((int)CodeMemoryFaults.Membarrier)]
    public void SiteIsFlippedBetweenNopAndCall(int faults)
    {
        using var memory = new CodeMemory(4096, (CodeMemoryFaults)faults);
        (ulong site, nint code, ulong callee) = Place(memory);
        ulong word = SitePatch.WordAddress(site);
        ulong nop = memory.ReadWord(word);
        ulong call = SitePatch.WithCall(site, nop, callee);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(1U, Run(code));
            memory.PatchWord(word, nop, call);
            memory.SynchronizeCores();
            Assert.Equal(101U, Run(code));
            memory.PatchWord(word, call, nop);
            memory.SynchronizeCores();
        }
    }

    [Fact]
    public void RefusedBarrierIsTold()
    {
        using var memory = new CodeMemory(4096, CodeMemoryFaults.Membarrier);
        Assert.True(memory.SynchronizationFallback);
        memory.SynchronizeCores();
    }

    [Fact]
    public void UnexpectedWordIsBusyAndStays()
    {
        using var memory = new CodeMemory(4096);
        (ulong site, _, ulong callee) = Place(memory);
        ulong word = SitePatch.WordAddress(site);
        ulong nop = memory.ReadWord(word);
        var busy = Assert.Throws<BpfOperationException>(() => memory.PatchWord(word, nop + 1, SitePatch.WithCall(site, nop, callee)));
        Assert.Equal(JitDiagnostics.PatchConflict.Id, busy.Diagnostic.Id);
        Assert.Equal(Errno.EBUSY, busy.Errno);
        Assert.Equal(nop, memory.ReadWord(word));
    }

    [Fact]
    public void WordOutsideTheRegionOrUnalignedIsRefused()
    {
        using var memory = new CodeMemory(4096);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.PatchWord(memory.BaseAddress + 4, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.ReadWord(memory.BaseAddress + 4096));
    }

    [Fact]
    public void FlipsUnderRunningThreadsGiveOneOfBothResults()
    {
        using var memory = new CodeMemory(4096);
        (ulong site, nint code, ulong callee) = Place(memory);
        ulong word = SitePatch.WordAddress(site);
        ulong nop = memory.ReadWord(word);
        ulong call = SitePatch.WithCall(site, nop, callee);
        bool stop = false;
        long wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                uint result = Run(code);
                if (result is not (1 or 101))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        for (int i = 0; i < 100_000; i++)
        {
            memory.PatchWord(word, nop, call);
            memory.PatchWord(word, call, nop);
        }

        Volatile.Write(ref stop, true);
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(0, wrong);
    }

    static uint Run(nint code) => ((delegate* unmanaged<uint>)code)();

    static (ulong Site, nint Run, ulong Callee) Place(CodeMemory memory)
    {
        CodeBlock block = memory.Allocate(s_site.Length);
        block.Write(s_site);
        CodeBlock callee = memory.Allocate(s_callee.Length);
        callee.Write(s_callee);
        return (block.Address + 8, (nint)block.Address, callee.Address);
    }
}
