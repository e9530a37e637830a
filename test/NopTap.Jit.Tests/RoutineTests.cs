// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Jit.Tests;

/// <summary>The routines behind the functions of an image.</summary>
public sealed unsafe class RoutineTests
{
    [Theory]
    [InlineData(MapType.Hash, 3)]
    [InlineData(MapType.Hash, 8)]
    [InlineData(MapType.Hash, 21)]
    [InlineData(MapType.PercpuHash, 67)]
    public void AnotherDisassemblerReadsTheSame(MapType type, uint keySize)
    {
        if (!Objdump.IsPresent)
            Assert.Skip("objdump is not installed");
        CodeImage image = ProgramCompiler.Compile(Request("call 1\ncall 5\ncall 131\ncall 132\ncall 133\nexit", type, keySize));
        IEnumerable<string> have = MachineText.Disassemble(image).Select(line => $"{line.Offset:x}: {Objdump.Normal(line.Text)}");
        Assert.Equal(Objdump.Disassemble(image.Bytes.AsSpan()[..image.CodeLength]), have);
    }

    [Fact]
    public void MapsOfOneShapeShareARoutine()
    {
        int one = ProgramCompiler.Compile(Request("call 1\nexit", MapType.Hash, 8)).CodeLength;
        int two = ProgramCompiler.Compile(Request("call 1\ncall 1\nexit", MapType.Hash, 8)).CodeLength;
        Assert.InRange(two - one, 0, 16);
    }

    [Fact]
    public void ClockIsReadOnAnAlignedStack()
    {
        var clock = (nint)(delegate* unmanaged<int, long*, int>)&Clock;
        using var jit = new JitRunner(Request("call 5\nexit", MapType.Hash, 8, clock));
        Assert.Equal(3_000_000_007UL, jit.Run());
    }

    [UnmanagedCallersOnly]
    static int Clock(int clock, long* time)
    {
        bool isRight = clock == 1 && ((ulong)time & 15) == 0;
        time[0] = isRight ? 3 : 0;
        time[1] = 7;
        return 0;
    }

    static CompilationRequest Request(string text, MapType type, uint keySize, nint clock = 0x1000) => new()
    {
        Program = TightFacts.Of(Assembler.Parse(text), mapIndex: 0),
        Helpers = new Dictionary<int, nint>
        {
            [InternalHelpers.ClockGetTime] = clock,
            [InternalHelpers.WakeConsumer] = 0x2000,
            [(int)HelperId.RingbufReserve] = 0x3000,
        }.ToFrozenDictionary(),
        Maps = [0],
        MapValues = [0],
        MapSpecs = [new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = 8, MaxEntries = 4 }],
        BaseAddress = 0,
    };
}
