// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Tests.Contexts;

public unsafe class PacketBufferTests
{
    static byte[] Frame(int length, ushort type = 0x0800)
    {
        byte[] frame = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        frame[0] = 2;
        (frame[12], frame[13]) = ((byte)(type >> 8), (byte)type);
        return frame;
    }

    [Fact]
    public void PointsTheXdpContextAtThePacket()
    {
        using var buffer = new PacketBuffer { IngressInterface = 3, ReceiveQueue = 4 };
        byte[] frame = Frame(60);
        XdpContext* context = buffer.LoadXdp(frame);
        Assert.Equal(60, context->DataEnd - context->Data);
        Assert.True(context->Data == context->DataMeta);
        Assert.Equal(256, context->Data - context->HardStart);
        Assert.Equal(4096 - 320, context->HardEnd - context->HardStart);
        Assert.Equal((3u, 4u), (context->IngressIfindex, context->RxQueueIndex));
        Assert.Equal(frame, buffer.Packet.ToArray());
        Assert.True(buffer.Memory->Packet.Contains((ulong)context->Data, 60));
        Assert.True(buffer.Memory->Context.Contains((ulong)context, (ulong)sizeof(XdpContext)));
    }

    [Fact]
    public void FillsTheSocketBuffer()
    {
        using var buffer = new PacketBuffer { Mark = 7, Priority = 8 };
        SkbContext* context = buffer.LoadSkb(Frame(100, 0x86dd), 0);
        Assert.Equal((100u, 100u), (context->Length, context->WireLength));
        Assert.Equal(0xdd86u, context->Protocol);
        Assert.Equal((7u, 8u), (context->Mark, context->Priority));
    }

    [Fact]
    public void KeepsWhatTheHostSetApartFromWhatAProgramLeft()
    {
        using var buffer = new PacketBuffer { Mark = 7 };
        Assert.Equal((0u, 0u), (buffer.MarkAfter, buffer.PriorityAfter));
        SkbContext* context = buffer.LoadSkb(Frame(100), 0);
        (context->Mark, context->Priority) = (9, 10);
        Assert.Equal((7u, 0u), (buffer.Mark, buffer.Priority));
        Assert.Equal((9u, 10u), (buffer.MarkAfter, buffer.PriorityAfter));
        context = buffer.LoadSkb(Frame(100), 0);
        Assert.Equal((7u, 0u), (context->Mark, context->Priority));
        Assert.Equal((7u, 0u), (buffer.MarkAfter, buffer.PriorityAfter));
        buffer.LoadXdp(Frame(100));
        Assert.Equal((0u, 0u), (buffer.MarkAfter, buffer.PriorityAfter));
    }

    [Fact]
    public void LoadsEveryByteOfAContextAnew()
    {
        using var buffer = new PacketBuffer { IngressInterface = 3 };
        byte[] xdp = Bytes(buffer.LoadXdp(Frame(60)), sizeof(XdpContext));
        byte[] skb = Bytes(buffer.LoadSkb(Frame(60), 0), sizeof(SkbContext));
        new Span<byte>(buffer.Xdp, sizeof(XdpContext)).Fill(0xee);
        new Span<byte>(buffer.Skb, sizeof(SkbContext)).Fill(0xee);
        new Span<byte>(buffer.Memory, sizeof(RunMemory)).Fill(0xee);
        Assert.Equal(xdp, Bytes(buffer.LoadXdp(Frame(60)), sizeof(XdpContext)));
        Assert.Equal((0ul, 0ul), (buffer.Memory->StackTop, buffer.Memory->Frames.Start));
        Assert.Equal(skb, Bytes(buffer.LoadSkb(Frame(60), 0), sizeof(SkbContext)));
    }

    static byte[] Bytes(void* start, int length) => new ReadOnlySpan<byte>(start, length).ToArray();

    [Theory]
    [InlineData(0x02, 0x02, 0u)]
    [InlineData(0xff, 0xff, 1u)]
    [InlineData(0x01, 0x00, 2u)]
    public void TellsThePacketTypeFromTheAddress(byte first, byte others, uint want)
    {
        using var buffer = new PacketBuffer();
        byte[] frame = Frame(20);
        frame.AsSpan(0, 6).Fill(others);
        frame[0] = first;
        Assert.Equal(want, buffer.LoadSkb(frame, 0)->PacketType);
    }

    [Fact]
    public void ShowsControlGroupProgramsTheNetworkHeaderFirst()
    {
        Assert.True(ProgramTypes.TryGet(ProgramType.CgroupSkb, out ProgramTypeInfo? type));
        using var buffer = new PacketBuffer();
        var context = (SkbContext*)buffer.Load(type, Frame(60));
        Assert.Equal(46u, context->Length);
        Assert.Equal(14, *context->Data);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(0)]
    [InlineData(65536)]
    public void RefusesPacketsThatCannotBe(int length)
    {
        using var buffer = new PacketBuffer();
        var error = Assert.Throws<BpfOperationException>(() => buffer.LoadSkb(new byte[length], pulled: 0));
        Assert.Equal(RuntimeDiagnostics.PacketLength.Id, error.Diagnostic.Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(14)]
    [InlineData(3520)]
    [InlineData(3521)]
    [InlineData(65535)]
    public void TakesPacketsOfEverySizeBetween(int length)
    {
        using var buffer = new PacketBuffer();
        byte[] frame = [.. Enumerable.Range(0, length).Select(n => (byte)n)];
        XdpContext* context = buffer.LoadXdp(frame);
        Assert.Equal(frame, buffer.Packet.ToArray());
        Assert.True(context->HardEnd >= context->DataEnd);
    }

    [Fact]
    public void AllocatesNothingForAPacket()
    {
        using var buffer = new PacketBuffer();
        byte[] frame = Frame(60);
        buffer.LoadXdp(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            buffer.LoadXdp(frame);
            buffer.LoadSkb(frame, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void RefusesUseAfterDispose()
    {
        var buffer = new PacketBuffer();
        buffer.LoadXdp(Frame(60));
        buffer.Dispose();
        Assert.True(buffer.Packet.IsEmpty);
        Assert.Throws<ObjectDisposedException>(() => buffer.LoadXdp(Frame(60)));
    }

    [Theory]
    [InlineData(0, 1, true, 2u)]
    [InlineData(12, 2, true, 0x0800u)]
    [InlineData(16, 4, true, 0x10111213u)]
    [InlineData(57, 4, false, 0u)]
    [InlineData(60, 1, false, 0u)]
    [InlineData(-0x100000, 1, true, 14u)]
    [InlineData(-0x200000 + 12, 2, true, 0x0800u)]
    [InlineData(-0x100000 - 1, 1, false, 0u)]
    [InlineData(-0x300000, 1, false, 0u)]
    public void LoadsFromThePacketAsTheLegacyInstructionsDo(int offset, int size, bool want, uint value)
    {
        using var buffer = new PacketBuffer();
        SkbContext* context = buffer.LoadSkb(Frame(60), 0);
        Assert.Equal(want, PacketLoads.TryLoad(context, offset, size, out uint have));
        Assert.Equal(value, have);
    }

    struct Request
    {
        public int Size;
        public long Score;
    }

    [Fact]
    public void HoldsAHostsOwnStructure()
    {
        using var context = new PlainContext<Request>(new Request { Size = 5 });
        context.Value.Score = 6;
        Assert.Equal(5, *(int*)context.Address);
        Assert.Equal(6, *(long*)(context.Address + 8));
        Assert.Equal(0, context.Address % 8);
        Assert.True(context.Memory->Context.Contains((ulong)context.Address, 16));
        Assert.Equal((16, true), (PlainLayout.Of<Request>().NativeSize, PlainLayout.Of<Request>().Fields[0].IsWritable));
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.Value.Size);
    }
}
