// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Jit.Tests;

/// <summary>Probe sites, lazy sites, dead code and inlined look-ups.</summary>
public sealed unsafe class SiteTests
{
    [Fact]
    public void EverySiteLiesInsideOneWord()
    {
        // Code of growing length before the sites puts them at every place in a word.
        for (int padding = 0; padding < 16; padding++)
        {
            var code = new List<Instruction>();
            for (int i = 0; i < padding; i++)
                code.Add(Ins.Neg64(Register.R1));
            int site = code.Count;
            code.AddRange([Ins.Jump(0), Ins.Jump(0), Ins.Mov64(Register.R0, 7), Ins.Exit()]);
            ProbeSpec probe = new()
            {
                Name = "p",
                Sites = [new ProbeSiteSpec(site, [new(Register.R1, false, 0), new(default, true, -5)]), new ProbeSiteSpec(site + 1, [])],
            };
            using var jit = new JitRunner(TightFacts.Of([.. code], [probe]));

            Assert.Equal(2, jit.Image.Sites.Length);
            foreach (SiteCode place in jit.Image.Sites)
            {
                Assert.True(SitePatch.Fits(jit.Address + (ulong)place.Offset));
                Assert.Equal(SitePatch.Nop.ToArray(), jit.Image.Bytes.AsSpan(place.Offset, SitePatch.Size).ToArray());
            }

            Assert.Equal(new MachineArgument(MachineArgumentKind.Register, Register.R1, 0), jit.Image.Sites[0].Arguments[0]);
            Assert.Equal(new MachineArgument(MachineArgumentKind.Constant, default, -5), jit.Image.Sites[0].Arguments[1]);
            Assert.True(SitePatch.Fits(jit.Address + (ulong)jit.Image.Functions[0].EntrySiteOffset));
            Assert.Equal(jit.Image.Functions[0].Offset, jit.Image.Functions[0].EntrySiteOffset);
            Assert.Equal(7UL, jit.Run());
        }
    }

    [Fact]
    public void ArmedJumpRunsTheCodeOutOfLine()
    {
        ImmutableArray<Instruction> code = Assembler.Parse("""
            r0 = 1
            if r10 == 0 goto armed
            back:
            exit
            armed:
            r0 += 100
            goto +0
            goto back
            """);
        ProbeSpec probe = new() { Name = "p", Sites = [new ProbeSiteSpec(4, [new(Register.R0, false, 0)], 1, 3)] };
        using var jit = new JitRunner(TightFacts.Of(code, [probe]));
        SiteCode site = jit.Image.Sites[0];
        Assert.Equal(1UL, jit.Run());

        ulong arming = jit.Address + (ulong)site.ArmingOffset;
        ulong idle = jit.Memory.ReadWord(SitePatch.WordAddress(arming));
        ulong armed = SitePatch.WithJump(arming, idle, jit.Address + (ulong)site.ArmedOffset);
        jit.Memory.PatchWord(SitePatch.WordAddress(arming), idle, armed);
        Assert.Equal(101UL, jit.Run());
        jit.Memory.PatchWord(SitePatch.WordAddress(arming), armed, idle);
        Assert.Equal(1UL, jit.Run());
    }

    [Fact]
    public void DeadSlotsMakeNoCode()
    {
        ImmutableArray<Instruction> code = Assembler.Parse("r0 = 1\nif r0 == 1 goto out\nr0 = 2\ngoto +0\nout:\nexit");
        ProbeSpec probe = new() { Name = "p", Sites = [new ProbeSiteSpec(3, [])] };
        VerifiedProgram live = TightFacts.Of(code, [probe]);
        ImmutableArray<InstructionFacts> facts = [.. live.Facts.Select((f, i) => f with { IsDead = i is 2 or 3 })];
        using var jit = new JitRunner(new VerifiedProgram(live.Spec, null, code, live.Functions, facts, live.Sites));

        Assert.Equal(-1, jit.Image.Sites[0].Offset);
        Assert.Equal([-1, -1], jit.Image.InstructionOffsets.AsSpan(2, 2).ToArray());
        Assert.DoesNotContain(MachineText.Disassemble(jit.Image), line => line.Text.StartsWith('j'));
        Assert.Equal(1UL, jit.Run());
    }

    [Theory]
    [InlineData(MapType.Array, 4)]
    [InlineData(MapType.Array, 24)]
    [InlineData(MapType.PercpuArray, 8)]
    [InlineData(MapType.PercpuArray, 100)]
    public void InlinedLookupFindsTheValueOfTheIndex(MapType type, uint valueSize)
    {
        const uint entries = 5;
        uint stride = (valueSize + 7) & ~7u;
        byte* values = (byte*)NativeMemory.AllocZeroed(stride * entries * 3);
        var header = new MapHeader { MaxEntries = entries, Values = values, ProcessorStride = stride * entries, ValueStride = stride };
        VerifiedProgram program = TightFacts.Of(Assembler.Parse("r2 = r1\nr1 = r3\ncall 1\nexit"), mapIndex: 0);
        using var jit = new JitRunner(new CompilationRequest
        {
            Program = program,
            Helpers = FrozenDictionary<int, nint>.Empty,
            Maps = [(nint)(&header)],
            MapValues = [(nint)values],
            MapSpecs = [new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = valueSize, MaxEntries = entries }],
            BaseAddress = 0,
        });
        jit.Thread.Processor = 2;
        ulong own = type == MapType.PercpuArray ? 2 * stride * entries : 0;
        for (uint key = 0; key < entries + 2; key++)
        {
            ulong want = key < entries ? (ulong)values + own + (key * stride) : 0;
            Assert.Equal(want, jit.Run((ulong)(&key), 0, (ulong)(&header)));
        }

        uint least = uint.MaxValue;
        Assert.Equal(0UL, jit.Run((ulong)(&least), 0, (ulong)(&header)));
        NativeMemory.Free(values);
    }

    [Fact]
    public void LongBranchesReach()
    {
        // Branches over 127 bytes of code, forwards and back.
        var code = new List<Instruction> { Ins.Mov64(Register.R0, 0), Ins.Jump(0) };
        int head = code.Count;
        for (int i = 0; i < 200; i++)
            code.Add(Ins.Add64(Register.R0, 1));
        code.Add(Ins.Jump64(Opcode.Jlt, Register.R0, 1000, (short)(head - code.Count - 1)));
        code.Add(Ins.Exit());
        code[1] = Ins.Jump64(Opcode.Jeq, Register.R1, 5, (short)(code.Count - 3));
        using var jit = new JitRunner(TightFacts.Of([.. code]));
        Assert.Equal(1000UL, jit.Run(1));
        Assert.Equal(0UL, jit.Run(5));
    }

    [Fact]
    public void MapHeaderLayoutIsWhatMachineCodeReads()
    {
        MapHeader header = default;
        ThreadBlock thread = default;
        byte* map = (byte*)&header;
        byte* block = (byte*)&thread;
        Assert.Equal(MapHeader.MaxEntriesOffset, (int)((byte*)&header.MaxEntries - map));
        Assert.Equal(MapHeader.ValuesOffset, (int)((byte*)&header.Values - map));
        Assert.Equal(MapHeader.ProcessorStrideOffset, (int)((byte*)&header.ProcessorStride - map));
        Assert.Equal(MapHeader.ProgramsOffset, (int)((byte*)&header.Programs - map));
        Assert.Equal(MapHeader.ValueStrideOffset, (int)((byte*)&header.ValueStride - map));
        Assert.Equal(MapHeader.BucketsOffset, (int)((byte*)&header.Buckets - map));
        Assert.Equal(MapHeader.BucketMaskOffset, (int)((byte*)&header.BucketMask - map));
        Assert.Equal(MapHeader.HashSeedOffset, (int)((byte*)&header.HashSeed - map));
        Assert.Equal(MapHeader.ElementStrideOffset, (int)((byte*)&header.ElementStride - map));
        Assert.Equal(MapHeader.ProcessorValuesOffset, (int)((byte*)&header.ProcessorValues - map));
        Assert.Equal(MapHeader.RingOffset, (int)((byte*)&header.Ring - map));
        Assert.Equal(MapHeader.RingMaskOffset, (int)((byte*)&header.RingMask - map));
        Assert.Equal(ThreadBlock.TailCallsOffset, (int)((byte*)&thread.TailCalls - block));
        Assert.Equal(ThreadBlock.ProcessorOffset, (int)((byte*)&thread.Processor - block));
        Assert.Equal(ThreadBlock.CookieOffset, (int)((byte*)&thread.Cookie - block));
    }
}
