// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;

namespace NopTap.Jit.Tests.Memory;

public sealed unsafe class CodeMemoryTests
{
    // mov eax, 42; ret
    static ReadOnlySpan<byte> Return42 => [0xb8, 42, 0, 0, 0, 0xc3];

    [Fact]
    public void CodeThatIsWrittenRuns()
    {
        using var memory = new CodeMemory();
        CodeBlock block = memory.Allocate(Return42.Length);
        block.Write(Return42);

        Assert.Equal(42UL, ((delegate* unmanaged<ulong>)block.Address)());
        Assert.Equal(0UL, block.Address % CodeMemory.Alignment);
        Assert.Equal(Return42.ToArray(), block.Read());
    }

    [Fact]
    public void NoPageIsWritableAndExecutable()
    {
        using var memory = new CodeMemory();
        memory.Allocate(100).Write(Return42);
        var views = new List<string>();
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = fields[0].Split('-');
            ulong start = ulong.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            ulong end = ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!line.Contains("noptap-code", StringComparison.Ordinal))
                continue;
            Assert.False(fields[1].Contains('w', StringComparison.Ordinal) && fields[1].Contains('x', StringComparison.Ordinal), line);
            if (memory.BaseAddress >= start && memory.BaseAddress < end)
                Assert.Equal("r-xs", fields[1]);
            views.Add(fields[1]);
        }

        Assert.Contains("r-xs", views);
        Assert.Contains("rw-s", views);
    }

    [Fact]
    public void WhatIsFreedOrLeftOverIsInt3()
    {
        using var memory = new CodeMemory(4096);
        CodeBlock block = memory.Allocate(100);
        block.Write(Return42);
        ulong address = block.Address;
        Assert.All(new Span<byte>((byte*)address + Return42.Length, 128 - Return42.Length).ToArray(), b => Assert.Equal(0xcc, b));

        block.Free();
        Assert.All(new Span<byte>((byte*)address, 128).ToArray(), b => Assert.Equal(0xcc, b));
        Assert.True(block.IsFreed);
    }

    [Fact]
    public void CountsBytesAndBlocks()
    {
        using var memory = new CodeMemory(4096);
        CodeBlock one = memory.Allocate(1);
        CodeBlock two = memory.Allocate(65);
        Assert.Equal(64 + 128, memory.BytesInUse);
        Assert.Equal(2, memory.BlockCount);

        one.Free();
        one.Free();
        Assert.Equal(128, memory.BytesInUse);
        Assert.Equal(1, memory.BlockCount);

        two.Free();
        Assert.Equal(0, memory.BytesInUse);
        Assert.Equal(0, memory.BlockCount);
        Assert.Equal(1, memory.FreeRanges);
    }

    [Fact]
    public void FullRegionRefusesAndIsUnchanged()
    {
        using var memory = new CodeMemory(4096);
        CodeBlock all = memory.Allocate(4096);
        var refusal = Assert.Throws<BpfOperationException>(() => memory.Allocate(1));
        Assert.Equal(JitDiagnostics.CodeMemoryExhausted.Id, refusal.Diagnostic.Id);
        Assert.Equal(Errno.ENOMEM, refusal.Errno);
        Assert.Equal(1, memory.BlockCount);

        all.Free();
        memory.Allocate(4096).Free();
    }

    [Fact]
    public void InjectedFaultLooksLikeAFullRegion()
    {
        using var memory = new CodeMemory(4096) { AllocationFault = size => size == 7 };
        memory.Allocate(8).Free();
        Assert.Equal(Errno.ENOMEM, Assert.Throws<BpfOperationException>(() => memory.Allocate(7)).Errno);
        Assert.Equal(0, memory.BlockCount);
    }

    [Fact]
    public void RefusedMemoryFileIsADiagnostic()
    {
        var refusal = Assert.Throws<FeatureNotSupportedException>(() => new CodeMemory(4096, CodeMemoryFaults.Memfd));
        Assert.Equal(JitDiagnostics.CodeMemoryRefused.Id, refusal.Diagnostic.Id);
        Assert.Contains("memfd_create", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BlocksNeverOverlapAndAllMemoryComesBack()
    {
        using var memory = new CodeMemory(1 << 20);
        var random = new Random(20);
        var live = new List<CodeBlock>();
        for (int i = 0; i < 10_000; i++)
        {
            if (live.Count != 0 && random.Next(100) < 45)
            {
                int victim = random.Next(live.Count);
                Assert.Equal(Stamp(live[victim]), live[victim].Read());
                live[victim].Free();
                live.RemoveAt(victim);
                continue;
            }

            try
            {
                CodeBlock block = memory.Allocate(random.Next(1, 4000));
                block.Write(Stamp(block));
                live.Add(block);
            }
            catch (BpfOperationException full) when (full.Errno == Errno.ENOMEM)
            {
                live[0].Free();
                live.RemoveAt(0);
            }
        }

        Assert.Equal(live.Count, memory.BlockCount);
        foreach (CodeBlock block in live)
        {
            Assert.Equal(Stamp(block), block.Read());
            block.Free();
        }

        Assert.Equal((0L, 0, 1), (memory.BytesInUse, memory.BlockCount, memory.FreeRanges));
    }

    [Fact]
    public void SameCallsGiveSameOffsets()
    {
        static List<ulong> Run()
        {
            using var memory = new CodeMemory(1 << 16);
            var random = new Random(3);
            var live = new List<CodeBlock>();
            var offsets = new List<ulong>();
            for (int i = 0; i < 200; i++)
            {
                CodeBlock block = memory.Allocate(random.Next(1, 500));
                offsets.Add(block.Address - memory.BaseAddress);
                live.Add(block);
                if (live.Count > 20)
                {
                    int victim = random.Next(live.Count);
                    live[victim].Free();
                    live.RemoveAt(victim);
                }
            }

            return offsets;
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void ManyThreadsAllocateAndFree()
    {
        using var memory = new CodeMemory(1 << 22);
        Parallel.For(0, 8, seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 500; i++)
            {
                CodeBlock block = memory.Allocate(random.Next(1, 2000));
                block.Write(Stamp(block));
                Assert.Equal(Stamp(block), block.Read());
                block.Free();
            }
        });
        Assert.Equal((0L, 0, 1), (memory.BytesInUse, memory.BlockCount, memory.FreeRanges));
    }

    [Fact]
    public void UseAfterDisposeOrFreeIsRefused()
    {
        var memory = new CodeMemory(4096);
        CodeBlock freed = memory.Allocate(10);
        freed.Free();
        Assert.Throws<ObjectDisposedException>(() => freed.Write(Return42));
        CodeBlock late = memory.Allocate(10);
        memory.Dispose();
        late.Free();
        Assert.Throws<ObjectDisposedException>(() => memory.Allocate(10));
    }

    static byte[] Stamp(CodeBlock block)
    {
        byte[] bytes = new byte[block.Size];
        Array.Fill(bytes, (byte)(block.Address >> 6));
        return bytes;
    }

    [Fact]
    public void WhatWasMappedBeforeARefusalIsUnmapped()
    {
        int before = Mappings("noptap-code").Count;
        Assert.Throws<FeatureNotSupportedException>(() => new CodeMemory(4096, CodeMemoryFaults.SyncPage));
        Assert.Equal(before, Mappings("noptap-code").Count);
    }

    // A child would share the memory file: what it patched would change the code of this process.
    [Fact]
    public void AForkedChildDoesNotGetTheMappings()
    {
        using var memory = new CodeMemory(4096);
        List<string> flags = Mappings("noptap-code");
        Assert.NotEmpty(flags);
        Assert.All(flags, line => Assert.Contains(" dc", line, StringComparison.Ordinal)); // VM_DONTCOPY
    }

    // The flags of each mapping of a memory file.
    static List<string> Mappings(string name)
    {
        var flags = new List<string>();
        bool isOurs = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains("memfd:", StringComparison.Ordinal) || (line.Contains('-', StringComparison.Ordinal) && !line.StartsWith("VmFlags", StringComparison.Ordinal)))
                isOurs = line.Contains(name, StringComparison.Ordinal);
            else if (isOurs && line.StartsWith("VmFlags", StringComparison.Ordinal))
                flags.Add(line);
        }

        return flags;
    }
}
