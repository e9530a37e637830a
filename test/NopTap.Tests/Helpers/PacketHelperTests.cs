// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Isa;

namespace NopTap.Tests.Helpers;

public unsafe class PacketHelperTests
{
    [Theory]
    [InlineData(0, 0, 60)]
    [InlineData(-216, 0, 276)]
    [InlineData(-217, Errno.EINVAL, 60)]
    [InlineData(46, 0, 14)]
    [InlineData(47, Errno.EINVAL, 60)]
    public void MovesTheHeadWithinTheKernelsLimits(int delta, Errno want, int length)
    {
        using var bench = new HelperBench();
        using var packet = new PacketBuffer();
        ulong context = (ulong)packet.LoadXdp(new byte[60]);
        Assert.Equal((int)want, HelperBench.ErrorOf(bench.Call(HelperId.XdpAdjustHead, context, (ulong)delta)));
        Assert.Equal((ulong)length, bench.Call(HelperId.XdpGetBuffLen, context));
        Assert.Equal(length, packet.Packet.Length);
    }

    [Theory]
    [InlineData(HelperId.XdpAdjustHead)]
    [InlineData(HelperId.XdpAdjustMeta)]
    public void ShowsNothingOfAnEarlierPacket(HelperId helper)
    {
        using var bench = new HelperBench();
        using var packet = new PacketBuffer();
        byte[] old = new byte[200];
        old.AsSpan().Fill(0xee);
        ulong context = (ulong)packet.LoadXdp(old);
        Assert.Equal(0ul, bench.Call(HelperId.XdpAdjustHead, context, unchecked((ulong)-100)));
        Assert.Equal(new byte[100], packet.Packet[..100].ToArray());
        // What this run wrote stays when it comes into view again; what an earlier one left does not.
        ((XdpContext*)context)->Data[0] = 0xdd;
        Assert.Equal(0ul, bench.Call(HelperId.XdpAdjustHead, context, 20));
        Assert.Equal(0ul, bench.Call(HelperId.XdpAdjustHead, context, unchecked((ulong)-20)));
        Assert.Equal(0xdd, packet.Packet[0]);
        context = (ulong)packet.LoadXdp(old);
        Assert.Equal(0ul, bench.Call(helper, context, unchecked((ulong)-100)));
        Assert.Equal(new byte[100], helper == HelperId.XdpAdjustMeta ? packet.Metadata.ToArray() : packet.Packet[..100].ToArray());
    }

    [Theory]
    [InlineData(3460, 0, 3520)]
    [InlineData(3461, Errno.EINVAL, 60)]
    [InlineData(-46, 0, 14)]
    [InlineData(-47, Errno.EINVAL, 60)]
    [InlineData(int.MinValue, Errno.EINVAL, 60)]
    public void MovesTheTailWithinTheKernelsLimits(int delta, Errno want, int length)
    {
        using var bench = new HelperBench();
        using var packet = new PacketBuffer();
        byte[] old = new byte[200];
        old.AsSpan().Fill(0xee);
        packet.LoadXdp(old);
        ulong context = (ulong)packet.LoadXdp(new byte[60]);
        Assert.Equal((int)want, HelperBench.ErrorOf(bench.Call(HelperId.XdpAdjustTail, context, (uint)delta)));
        Assert.Equal(new byte[length], packet.Packet.ToArray());
    }

    [Theory]
    [InlineData(-4, 0, 4)]
    [InlineData(-252, Errno.EINVAL, 0)]
    [InlineData(-216, 0, 216)]
    [InlineData(-3, Errno.EACCES, 0)]
    [InlineData(4, Errno.EINVAL, 0)]
    public void MovesTheMetadataWithinTheKernelsLimits(int delta, Errno want, int length)
    {
        using var bench = new HelperBench();
        using var packet = new PacketBuffer();
        ulong context = (ulong)packet.LoadXdp(new byte[60]);
        Assert.Equal((int)want, HelperBench.ErrorOf(bench.Call(HelperId.XdpAdjustMeta, context, (ulong)delta)));
        Assert.Equal(length, packet.Metadata.Length);
    }

    [Fact]
    public void CarriesTheMetadataAlongWithTheHead()
    {
        using var bench = new HelperBench();
        using var packet = new PacketBuffer();
        XdpContext* context = packet.LoadXdp(new byte[60]);
        bench.Call(HelperId.XdpAdjustMeta, (ulong)context, unchecked((ulong)-8));
        *(ulong*)context->DataMeta = 0x1122334455667788;
        Assert.Equal(0ul, bench.Call(HelperId.XdpAdjustHead, (ulong)context, unchecked((ulong)-20)));
        Assert.Equal(0x1122334455667788ul, *(ulong*)context->DataMeta);
        Assert.Equal(8, context->Data - context->DataMeta);
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.XdpAdjustHead, (ulong)context, unchecked((ulong)-189))));
    }

    [Theory]
    [InlineData(0u, 4u, 0)]
    [InlineData(56u, 4u, 0)]
    [InlineData(57u, 4u, Errno.EFAULT)]
    [InlineData(0xffffffffu, 1u, Errno.EFAULT)]
    [InlineData(0x80000000u, 1u, Errno.EFAULT)]
    public void CopiesBytesOfTheSocketBuffer(uint offset, uint size, Errno want)
    {
        using var bench = new HelperBench();
        using var packet = new PacketBuffer();
        byte[] frame = [.. Enumerable.Range(0, 60).Select(i => (byte)i)];
        ulong context = (ulong)packet.LoadSkb(frame, 0);
        uint value = 0xcccccccc;
        Assert.Equal((int)want, HelperBench.ErrorOf(bench.Call(HelperId.SkbLoadBytes, context, offset, (ulong)&value, size)));
        uint expected = want == 0 ? BitConverter.ToUInt32(frame, (int)offset) : size == 4 ? 0 : 0xcccccc00;
        Assert.Equal(expected, value);
    }
}
