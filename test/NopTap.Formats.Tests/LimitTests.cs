// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

/// <summary>What reading an object may cost is bounded, and a refusal names the budget.</summary>
public sealed class LimitTests
{
    static readonly byte[] s_return0 = Code((0xb7, 0, 0, 0), (0x95, 0, 0, 0));

    static byte[] Minimal()
    {
        var elf = new ElfBuilder();
        elf.Symbol("main", elf.Section("xdp", s_return0, Executable), size: 16);
        return elf.Build();
    }

    [Fact]
    public void AnObjectLargerThanTheBudgetIsRefusedHoweverItComes()
    {
        byte[] bytes = Minimal();
        var exact = new ReadLimits { FileBytes = bytes.Length };
        var less = new ReadLimits { FileBytes = bytes.Length - 1 };
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            Assert.Single(BpfObjectSpec.Load(path, exact).Programs);
            Assert.Single(BpfObjectSpec.Load(bytes, "memory", exact).Programs);
            Assert.Single(BpfObjectSpec.Load(new MemoryStream(bytes), "stream", exact).Programs);
            Func<BpfObjectSpec>[] ways = [() => BpfObjectSpec.Load(path, less), () => BpfObjectSpec.Load(bytes, "memory", less), () => BpfObjectSpec.Load(new MemoryStream(bytes), "stream", less)];
            foreach (Func<BpfObjectSpec> way in ways)
            {
                Diagnostic refused = Assert.Throws<BpfFormatException>(way).Diagnostic;
                Assert.Equal(FormatDiagnostics.FileTooLarge.Id, refused.Id);
                Assert.Contains("FileBytes", refused.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void WhatHasNoEndIsNotReadToIt()
    {
        var zeroes = new EndlessStream([]);
        Assert.Equal(FormatDiagnostics.NotElf.Id, Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(zeroes, "zeroes")).Diagnostic.Id);
        Assert.InRange(zeroes.Given, 1, 1 << 20);
        var objectAtFirst = new EndlessStream(Minimal());
        Assert.Equal(FormatDiagnostics.FileTooLarge.Id, Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(objectAtFirst, "endless", new ReadLimits { FileBytes = 1 << 20 })).Diagnostic.Id);
        Assert.InRange(objectAtFirst.Given, 1 << 20, 4 << 20);
        if (OperatingSystem.IsLinux())
            Assert.Equal(FormatDiagnostics.NotElf.Id, Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load("/dev/zero")).Diagnostic.Id);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    public void ABudgetOfNothingRefusesEverything(long bytes)
    {
        Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(Minimal(), "memory", new ReadLimits { FileBytes = bytes }));
        Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(new MemoryStream(Minimal()), "stream", new ReadLimits { FileBytes = bytes }));
        Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(Minimal(), "memory", new ReadLimits { Instructions = (int)Math.Max(bytes, int.MinValue) }));
    }

    [Fact]
    public void ALargeBudgetIsNoMemoryTakenAhead()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        BpfObjectSpec.Load(new MemoryStream(Minimal()), "stream", new ReadLimits { FileBytes = long.MaxValue });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1 << 20);
    }

    [Fact]
    public void InstructionsOfAllProgramsTogetherAreBounded()
    {
        var elf = new ElfBuilder();
        int section = elf.Section("xdp", [.. s_return0, .. s_return0], Executable);
        elf.Symbol("a", section, 0, 16);
        elf.Symbol("b", section, 16, 16);
        Assert.Equal(2, BpfObjectSpec.Load(elf.Build(), "four", new ReadLimits { Instructions = 4 }).Programs.Length);
        Diagnostic refused = Assert.Throws<BpfFormatException>(() => BpfObjectSpec.Load(elf.Build(), "four", new ReadLimits { Instructions = 3 })).Diagnostic;
        Assert.Equal(FormatDiagnostics.ObjectTooLarge.Id, refused.Id);
        Assert.Contains("budget Instructions", refused.Message, StringComparison.Ordinal);
        Assert.Equal("b", refused.Place.Program);
    }

    // 2,000 sections of one byte each take 200 kB of file; as the whole file each they would be 400 MB of initial values.
    [Fact]
    public void SectionsThatShareBytesAreRefusedBeforeTheyAreCopied()
    {
        var elf = new ElfBuilder();
        elf.Symbol("main", elf.Section("xdp", s_return0, Executable), size: 16);
        for (int i = 0; i < 2000; i++)
            elf.Section($".data.{i}", [1], Writable);
        byte[] file = elf.Build();
        Assert.Equal(2000, Have.Accepted(file).Maps.Length);
        Span<byte> headers = file.AsSpan((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40)));
        for (int at = 64; at < headers.Length; at += 64)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(headers[(at + 32)..]) != 1)
                continue;
            BinaryPrimitives.WriteUInt64LittleEndian(headers[(at + 24)..], 0);
            BinaryPrimitives.WriteUInt64LittleEndian(headers[(at + 32)..], (ulong)file.Length);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Have.Refused(FormatDiagnostics.SectionOutOfFile, file, "overlap");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 16L * file.Length);
    }

    /// <summary>Some bytes, then zeroes without end.</summary>
    sealed class EndlessStream(byte[] begin) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Given;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Span<byte> into = buffer.AsSpan(offset, count);
            into.Clear();
            if (Given == 0)
                begin.AsSpan(0, Math.Min(begin.Length, count)).CopyTo(into);
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
